"""`loupe doctor` says before a run that the engine asked for cannot start."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipelines.build import spark
from pipelines.commands.doctor import examine
from pipelines.settings import Home


def _engine(home: Home, capsys: pytest.CaptureFixture) -> dict[str, object]:
    examine(home, as_json=True)
    [found] = [f for f in json.loads(capsys.readouterr().out) if f["subject"] == "Engine"]
    return found


@pytest.fixture
def home(tmp_path: Path) -> Home:
    (tmp_path / "loupe.toml").write_text('engine = "spark"\n')
    return Home(tmp_path)


def test_an_engine_that_cannot_start_is_said(
    home: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    monkeypatch.setattr(spark.importlib.util, "find_spec", lambda name: None)
    found = _engine(home, capsys)
    assert found["well"] is False
    assert "make spark" in str(found["seen"])


def test_the_engine_that_is_there_is_named(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    assert _engine(Home(tmp_path), capsys)["seen"] == "duckdb"
