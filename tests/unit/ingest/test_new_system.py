"""docs/new_system.md is true: its files are written, its commands run, its output compared."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.ingest.batch import take_in
from pipelines.ingest.contracts import load_contract
from pipelines.ingest.mapping.loading import read_mapping
from pipelines.ingest.mapping.model import Mapping
from pipelines.settings import PROJECT, Home, Settings

PAGE = PROJECT / "docs" / "new_system.md"
TEXT = PAGE.read_text("utf-8")
# A file or an output: what is said before it, the kind of block, the block.
_BLOCK = re.compile(r"(?:`([\w./]+)`[^`\n]*:\n\n)?```(\w+)\n(.*?)```", re.DOTALL)


def squeezed(text: str) -> str:
    return " ".join(text.split())


def test_the_page_is_executed_as_it_stands(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("LOUPE_HOME", raising=False)
    output = ""
    done = {"sh": 0, "text": 0, "yaml": 0, "console": 0}
    for name, kind, block in _BLOCK.findall(TEXT):
        done[kind] += 1
        if kind == "text":
            Path(name).parent.mkdir(parents=True, exist_ok=True)
            Path(name).write_text(block, "utf-8")
        elif kind == "sh":
            for line in block.splitlines():
                words = shlex.split(line)
                assert words[0] == "loupe"
                result = CliRunner().invoke(app, words[1:])
                assert result.exit_code == 0, result.output
                output = squeezed(result.output)
        elif kind == "console":
            for line in block.splitlines():
                assert squeezed(line) in output, line
        elif done["yaml"] == 1:
            assert Path(name).read_text("utf-8") == block, "this is what loupe map drafts now"
        else:
            Path(name).write_text(block, "utf-8")
    assert done == {"sh": 2, "text": 1, "yaml": 2, "console": 2}

    home = Home(tmp_path / "data")
    (sample,) = tmp_path.glob("exports/*")
    home.landing.mkdir(parents=True)
    sample.rename(home.landing / sample.name)
    (outcome,) = take_in(home, Settings(quiet_seconds=0)).files
    assert (outcome.status, outcome.rows_loaded, outcome.rows_rejected) == ("accepted", 3, 0)


def test_no_mark_is_left_in_the_finished_mapping():
    _, draft, finished = TEXT.split("```yaml\n")
    assert "# check:" in draft.split("```")[0]
    assert "# check:" not in finished.split("```")[0]


@pytest.mark.parametrize("said", re.findall(r"^\|[^|]+\| (`.*) \|$", TEXT, re.MULTILINE))
def test_every_key_named_in_the_table_is_a_key_of_mappings(said, tmp_path):
    """`key: value` of a mapping, or `{…}` of a column."""
    (finished,) = re.findall(r"finished:\n\n```yaml\n(.*?)```", TEXT, re.DOTALL)
    for code in re.findall(r"`([^`]+)`", said):
        if re.fullmatch(r"[a-z_]+:", code):
            assert code[:-1] in Mapping.model_fields or code in ("cases:", "otherwise:")
            continue
        if ":" not in code:
            continue
        told = yaml.safe_load(finished)
        if code.startswith("{") or code.startswith("negate"):
            rule = yaml.safe_load(code)
            told["columns"]["discount_amount"] = (
                rule
                if "negate" not in rule
                else {
                    "from": "Remise",
                    **rule,
                }
            )
        elif code.startswith("extends"):
            assert code.split()[1] == "sap/mb51"
            continue
        else:
            told |= yaml.safe_load(code)
            if "till" in code:
                told["files"]["regex"] = told["files"]["regex"].replace(
                    r"\.csv", r"(?:_(?P<till>\w+))?\.csv"
                )
        path = tmp_path / "mapping.yml"
        path.write_text(yaml.safe_dump(told), "utf-8")
        read_mapping(path, load_contract())


def test_its_links_lead_somewhere():
    for link in re.findall(r"\]\(([^)#]+)\)", TEXT):
        assert (PAGE.parent / link).exists()
