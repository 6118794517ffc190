"""A check that was not carried out is not a check that passed."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from expectations.checks import BuiltIn, Check
from expectations.verdict import CheckResult, Verdict, nothing_judged, weigh
from tests.unit.expectations.conftest import Examine

HOLDS = "select 1 as one where false"


@pytest.fixture
def rings(tmp_path: Path) -> Path:
    """A table of three rings, one of them without a weight."""
    file = tmp_path / "rings.duckdb"
    with duckdb.connect(str(file)) as con:
        con.execute("create schema core")
        con.execute(
            "create table core.rings (ring_id varchar, carats decimal(18,3), price varchar)"
        )
        con.execute("insert into core.rings values ('R1', 1.5, '1{0}'), ('R2', null, ':a %s')")
        con.execute("insert into core.rings values ('r-3', 0.25, null)")
    return file


def check(rule: str, broken_by: str = HOLDS, **more: object) -> Check:
    return Check(rule, "core.rings", "It holds.", broken_by, **more)  # type: ignore[arg-type]


def not_null(rule: str) -> Check:
    return check(
        rule,
        "select ring_id from core.rings where carats is null",
        built_in=BuiltIn("ExpectColumnValuesToNotBeNull", {"column": "carats"}),
    )


def regex(rule: str, pattern: str) -> Check:
    return check(
        rule,
        f"select ring_id from core.rings where not regexp_matches(ring_id, '{pattern}')",
        built_in=BuiltIn("ExpectColumnValuesToMatchRegex", {"column": "ring_id", "regex": pattern}),
    )


def test_a_regex_that_matches_passes_and_one_that_does_not_fails(
    rings: Path, examine: Examine
) -> None:
    """The engine leans on internals for these: a version that moves them is seen here."""
    verdict = examine("outgoing", [regex("any case", "^[Rr]"), regex("upper case", "^R")], rings)

    assert [(r.rule, r.passed, r.rows_failed) for r in verdict.results] == [
        ("any case", True, 0),
        ("upper case", False, 1),
    ]
    assert verdict.results[1].failing_rows == [{"ring_id": "r-3"}]


def test_queries_are_run_as_they_are_written(rings: Path, examine: Examine) -> None:
    awkward = "select ring_id from core.rings where price in ('1{0}', ':a %s') or price = '{batch}'"

    (result,) = examine("outgoing", [check("awkward", awkward)], rings).results

    assert (result.rows_failed, result.broken) == (2, False)


def test_numbers_keep_every_digit(rings: Path, examine: Examine) -> None:
    rows = "select carats, 12345678901234.56::decimal(18,2) as price from core.rings"

    (result,) = examine("outgoing", [check("digits", rows)], rings).results

    assert result.failing_rows[0] == {"carats": "1.500", "price": "12345678901234.56"}


def test_all_failing_rows_are_counted_and_the_first_500_shown(
    rings: Path, examine: Examine
) -> None:
    (result,) = examine("outgoing", [check("many", "select * from range(1200)")], rings).results

    assert (result.rows_failed, len(result.failing_rows)) == (1200, 500)
    assert result.observed == "1,200 rows break it"


def test_a_failed_warning_does_not_block(rings: Path, examine: Examine) -> None:
    warn = check("warn", "select 1 as one", severity="warn")

    assert not examine("outgoing", [warn, check("fine")], rings).blocked
    assert examine("outgoing", [warn, check("block", "select 1 as one")], rings).blocked


def test_an_empty_suite_is_a_failure(rings: Path, examine: Examine) -> None:
    verdict = examine("outgoing", [], rings)

    assert verdict.blocked
    assert [r.observed for r in verdict.results] == ["no check was declared"]


def test_equal_checks_that_the_library_merges_are_noticed(rings: Path, examine: Examine) -> None:
    verdict = examine("outgoing", [not_null("first"), not_null("second")], rings)

    assert (verdict.declared, verdict.evaluated, verdict.blocked) == (2, 1, True)
    assert [r.rule for r in verdict.results if r.broken] == ["second"]


def test_two_checks_under_one_rule_are_noticed(rings: Path, examine: Examine) -> None:
    verdict = examine("outgoing", [check("twice"), check("twice", f"{HOLDS} and true")], rings)

    assert (verdict.declared, verdict.evaluated, verdict.blocked) == (2, 1, True)


@pytest.mark.parametrize(
    "raising",
    [
        check("no such column", "select * from core.rings where depth = 1", severity="warn"),
        check("fails while running", "select cast(ring_id as integer) as number from core.rings"),
        check(
            "no such column, built in",
            built_in=BuiltIn("ExpectColumnValuesToNotBeNull", {"column": "depth"}),
        ),
    ],
    ids=lambda raising: raising.rule,
)
def test_a_check_that_raises_is_broken_and_blocks(
    raising: Check, rings: Path, examine: Examine
) -> None:
    verdict = examine("outgoing", [raising, check("fine")], rings)

    found = {r.rule: r for r in verdict.results}
    assert found[raising.rule].broken
    assert "could not" in found[raising.rule].observed
    assert "\n" not in found[raising.rule].observed
    assert found["fine"].passed
    assert verdict.blocked


def test_a_table_that_is_not_there_breaks_its_checks_and_no_others(
    rings: Path, examine: Examine
) -> None:
    lost = Check("lost", "core.bracelets", "It is there.", HOLDS)

    verdict = examine("outgoing", [lost, check("fine")], rings)

    assert [(r.rule, r.broken) for r in verdict.results] == [("lost", True), ("fine", False)]
    assert verdict.blocked


def test_a_verdict_and_a_query_that_disagree_are_a_broken_check(
    rings: Path, examine: Examine
) -> None:
    disagreeing = check(
        "disagreeing",
        built_in=BuiltIn("ExpectColumnValuesToNotBeNull", {"column": "carats"}),
    )

    (result,) = examine("outgoing", [disagreeing], rings).results

    assert result.broken
    assert "its own query finds no row" in result.observed


def test_fewer_results_than_declared_block() -> None:
    passed = CheckResult("outgoing", "core.rings", "first", "block", True, "holds", "It holds.")

    verdict = weigh("outgoing", [check("first"), check("second")], [passed])

    assert (verdict.declared, verdict.evaluated, verdict.blocked) == (2, 1, True)
    assert Verdict([passed], declared=1, evaluated=1).blocked is False
    assert Verdict([passed], declared=2, evaluated=1).blocked is True


def test_a_verdict_survives_the_journey() -> None:
    verdict = nothing_judged("incoming", "the judge fell ill")

    assert Verdict.from_dict(verdict.as_dict()) == verdict
    assert verdict.blocked
    assert verdict.failures[0].severity == "block"
