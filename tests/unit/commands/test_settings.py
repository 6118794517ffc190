"""A home's knobs: read from one file, refused by name."""

from pathlib import Path

import pytest

from pipelines.settings import Home, Settings, SettingsError


def test_a_home_without_a_file_has_the_defaults(tmp_path: Path) -> None:
    assert Home(tmp_path).settings() == Settings()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("keep_dayz = 3", "keep_dayz"),
        ("keep_days = 0", "keep_days"),
        ("keep_days = ", "cannot be read as TOML"),
    ],
)
def test_a_wrong_knob_is_named(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "loupe.toml").write_text(text)
    with pytest.raises(SettingsError, match=said):
        Home(tmp_path).settings()
