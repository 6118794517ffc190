"""What Loupe reads of dbt is whole and of this project, whoever else writes into the folder."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipelines.build import project


class Parsed:
    """Stands for dbt's manifest object: says what it is told to say."""

    def __init__(self, said: str) -> None:
        self.said = said

    def write(self, path: str) -> None:
        Path(path).write_text(json.dumps({"said": self.said}))


def test_dbts_own_half_written_manifest_is_never_read(tmp_path: Path) -> None:
    project.keep_manifest(tmp_path, project.fingerprint(), Parsed("whole"))
    (tmp_path / "manifest.json").write_text('{"nodes": {"model.loupe.')
    assert project.known_manifest(tmp_path) == {"said": "whole"}


def test_a_draft_cut_short_is_not_taken_for_the_manifest(tmp_path: Path) -> None:
    class Killed(Parsed):
        def write(self, path: str) -> None:
            Path(path).write_text('{"no')
            raise SystemExit

    with pytest.raises(SystemExit):
        project.keep_manifest(tmp_path, project.fingerprint(), Killed(""))
    assert project.known_manifest(tmp_path) is None
    project.keep_manifest(tmp_path, project.fingerprint(), Parsed("whole"))
    assert project.known_manifest(tmp_path) == {"said": "whole"}


def test_a_changed_project_is_parsed_anew_and_the_older_manifest_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.keep_manifest(tmp_path, project.fingerprint(), Parsed("old"))
    monkeypatch.setattr(project, "fingerprint", lambda: "edited")
    assert project.known_manifest(tmp_path) is None
    project.keep_manifest(tmp_path, "edited", Parsed("new"))
    assert project.known_manifest(tmp_path) == {"said": "new"}
    assert len(list(tmp_path.iterdir())) == 1


def test_a_project_edited_while_it_was_read_is_not_kept(tmp_path: Path) -> None:
    project.keep_manifest(tmp_path, "what it was before", Parsed("neither"))
    assert project.known_manifest(tmp_path) is None
