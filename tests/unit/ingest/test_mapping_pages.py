"""The pages of the mappings say what the mappings do, today."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipelines.ingest.contracts import load_contract
from pipelines.ingest.mapping.loading import load_mappings
from pipelines.ingest.mapping.model import Mapping
from pipelines.ingest.mapping_pages import PAGES, Remarks, pages, write
from pipelines.settings import PROJECT, SHIPPED_MAPPINGS

CONTRACT = load_contract()
TOLD = pages(CONTRACT)
SHIPPED = [one for one in load_mappings([SHIPPED_MAPPINGS], CONTRACT) if not one.is_native]


@pytest.mark.parametrize("name", TOLD)
def test_the_page_is_what_its_mappings_make_it(name):
    path = PAGES / f"{name}.md"
    assert path.exists(), "write the pages: make pages"
    assert path.read_text("utf-8") == TOLD[name], "a mapping changed: make pages"


def test_no_page_is_left_of_a_system_that_is_gone():
    assert {path.stem for path in PAGES.glob("*.md")} == set(TOLD)


@pytest.mark.parametrize("mapping", SHIPPED, ids=lambda one: one.name)
def test_a_page_names_every_column_code_filter_and_header(mapping: Mapping):
    (text,) = re.findall(
        rf"^## {mapping.export}\n(.*?)(?=^## |\Z)", TOLD[mapping.system], re.DOTALL | re.MULTILINE
    )
    text = text.replace("\\|", "|")
    for name, rule in mapping.rules.items():
        assert f"| {name} |" in text
        for header in rule.headers:
            assert header in text
        for code, value in (rule.codes or {}).items():
            assert f"`{code}` → {value}" in text
    for one in mapping.filters:
        assert f"- {one.reason}: " in text
    for header in mapping.ignore:
        assert f"`{header}`" in text
    for beyond in {"encoding", "delimiter", "time_zone", "numbers"} & set(mapping._tree):
        assert f"| {beyond.replace('_', ' ')} |" in text


@pytest.mark.parametrize("name", TOLD)
def test_links_lead_somewhere_and_tables_are_whole(name):
    for link in re.findall(r"\]\(([^)#]+)\)", re.sub(r"``?.*?``?", "", TOLD[name])):
        assert (PAGES / link).resolve().exists(), link
    for table in re.findall(r"(?:^\|.*\n)+", TOLD[name], re.MULTILINE):
        rows = [re.split(r"(?<!\\)\|", line) for line in table.splitlines()]
        assert len({len(row) for row in rows}) == 1, table


def test_what_is_only_believed_says_so_on_the_page():
    for mapping in SHIPPED:
        for path in (SHIPPED_MAPPINGS / mapping.system).glob("*.yml"):
            for tag in ("[INF]", "[GK]"):
                if tag in path.read_text("utf-8"):
                    assert tag in TOLD[mapping.system], path


def test_comments_go_to_the_key_they_are_about():
    remarks = Remarks.of(
        "# About all of it,\n# in two lines.\nsystem: a  # beside\n\ncolumns:\n"
        "  # above\n  one: {replace: {'#': x}}  # behind\n  two:\n    cases:\n"
        "      # inside\n      - {then: 'it''s # no comment'}\n# the end\n"
    )
    assert remarks.top == ["About all of it,", "in two lines."]
    assert remarks.of_key == {
        "system": ["beside"],
        "one": ["above", "behind"],
        "two": ["inside", "the end"],
    }


def test_pages_of_systems_that_are_gone_are_taken_away(tmp_path: Path):
    (tmp_path / "gone.md").write_text("old", "utf-8")
    written = write(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {path.name for path in written}
    assert "gone.md" not in {path.name for path in written}
    assert (PROJECT / "docs" / "mappings").exists()
