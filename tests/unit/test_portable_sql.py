"""The models mean the same on every engine: what is known to differ stays in one folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.settings import DBT_PROJECT
from tests.lint.portable_sql import RULES, Rule, findings

ENGINE = DBT_PROJECT / "macros" / "engine"
PORTABLE = sorted(
    path
    for folder in ("models", "tests", "macros")
    for path in (DBT_PROJECT / folder).rglob("*.sql")
    if ENGINE not in path.parents
)


def test_there_is_something_to_look_at() -> None:
    assert len(PORTABLE) > 60


@pytest.mark.parametrize("path", PORTABLE, ids=lambda path: path.stem)
def test_what_differs_between_engines_stays_in_macros_engine(path: Path) -> None:
    told = [
        f"{path.name}:{one.line_no}: {one.line}\n    instead: {one.rule.instead}"
        for one in findings(path.read_text("utf-8"))
    ]
    assert told == [], "\n".join(told)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.example)
def test_each_rule_finds_what_it_is_there_for(rule: Rule) -> None:
    assert rule in [one.rule for one in findings(f"select 1\n{rule.example}\n")]


@pytest.mark.parametrize(
    "sql",
    [
        "-- Spark is not named in a comment: duckdb neither",
        "{# strftime() differs #}",
        "cast(business_date as string)",
        "cast(floor((retail_week - 1) / 13) as integer)",
        "{{ add_days('business_date', -1) }}",
        "min_by(_file_id, line_number) as _file_id",
        "rows between unbounded preceding and current row",
        "{{ config(partition_by='business_date') }}",
        "last_value, first_seen, \n updated_at",
    ],
)
def test_what_is_the_same_everywhere_passes(sql: str) -> None:
    assert findings(sql) == []


def test_every_engine_macro_says_why_it_differs() -> None:
    """Above each variant for an engine stands a comment."""
    bare = [
        f"{path.name}: {line}"
        for path in sorted(ENGINE.glob("*.sql"))
        for before, line in _with_line_before(path.read_text("utf-8").splitlines())
        if line.startswith("{% macro spark__") and not before.endswith("#}")
    ]
    assert bare == []


def _with_line_before(lines: list[str]) -> list[tuple[str, str]]:
    return list(zip(["", *lines], lines, strict=False))
