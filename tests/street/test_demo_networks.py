"""The demonstration networks as published, each built once for all that is asked of it.

The marts find every error planted in it, and nothing else. `truth.json` says of each planted error
which published row must show it. The other direction is exact too: a table of findings may hold no
row that no planted error explains.

Every figure of every mart is exactly the sum of the rows its lineage names: asked of all rows in
plain SQL, and of some through Explain itself, which also has to lead to a file.
"""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from dashboards.explain import explain
from dashboards.warehouse import Row, Run
from pipelines.demo.errors import KINDS
from tests.street import labels
from tests.street.labels import missed, unexplained

SAMPLED = 1
# What stands in them depends on the errors planted.
FINDINGS = (
    "finance.completeness_checks",
    "finance.known_figures",
    "finance.payment_oddities",
    "finance.restatements",
    "kpi.exceptions",
)
KEYS = (
    "balance_id",
    "exception_id",
    "figure_id",
    "line_number",
    "oddity_id",
    "reconciliation_id",
    "restatement_id",
)


def test_every_planted_error_is_found(demo: tuple[Run, list[dict[str, Any]]]) -> None:
    run, errors = demo
    assert missed(run, errors) == []
    assert len({error["kind"] for error in errors}) > len(KINDS) * 0.9


@pytest.mark.parametrize("table", labels.FINDINGS)
def test_nothing_else_is_found(demo: tuple[Run, list[dict[str, Any]]], table: str) -> None:
    run, errors = demo
    assert unexplained(run, errors, table) == set()


def test_labels_beside_the_landing_are_not_taken_for_an_export(
    demo: tuple[Run, list[dict[str, Any]]],
) -> None:
    run, _ = demo
    assert run.ask("select * from quality.files where file_name like '%truth%'") == []


def test_rows_add_up_to_every_figure(demo: tuple[Run, list[dict[str, Any]]]) -> None:
    run, _ = demo
    wrong = {}
    for (table, measure, applies), lines in _measures(run).items():
        rows = run.ask(_both_roads(table, measure, applies, lines))
        differ = [row for row in rows if (row["figure"] or 0) != (row["total"] or 0)]
        if differ:
            wrong[table, measure, applies] = (len(differ), len(rows), differ[0])
    assert wrong == {}


def test_the_figures_are_not_all_nothing(demo: tuple[Run, list[dict[str, Any]]]) -> None:
    """A sum over no rows agrees with nothing at all: the measures are something."""
    run, _ = demo
    empty = {
        f"{table}.{measure}"
        for table, measure, applies in _measures(run)
        if table not in FINDINGS
        and not run.ask(f"select 1 from {table} where {applies} and {measure} <> 0 limit 1")
    }
    assert empty == set()


def test_explain_finds_the_rows_and_their_files(demo: tuple[Run, list[dict[str, Any]]]) -> None:
    run, _ = demo
    random = Random(2)
    for table, measure, applies in _measures(run):
        some = run.ask(f"select * from {table} where {applies} and {measure} <> 0 order by all")
        for row in random.sample(some, min(SAMPLED, len(some))):
            found = explain(run, table, _keys(row), measure, limit=5)
            assert found.row_count == 1, (table, row)
            assert [s.measure for s in found.sums] == [measure], (table, measure)
            assert all(s.holds and s.total is not None for s in found.sums), found.sums
            assert found.files or table.startswith("finance."), (table, measure)
            if "core." in found.parts[0].fact_table:
                assert all(r["file_name"] and r["line"] for r in found.parts[0].rows), measure


def _measures(run: Run) -> dict[tuple[str, str, str], list[Row]]:
    """The lines of the lineage that claim to add up, by table, measure and rows they speak of."""
    found: dict[tuple[str, str, str], list[Row]] = {}
    for line in run.ask("select * from quality.lineage where row_value is not null order by all"):
        key = (line["table_name"], line["measure"], line["applies_when"] or "true")
        found.setdefault(key, []).append(line)
    assert len(found) > 40
    return found


def _both_roads(table: str, measure: str, applies: str, lines: list[Row]) -> str:
    """Each row of the mart: its figure, and what the fact rows of all lines come to."""
    roads = " union all ".join(
        f"select m.rowid as place, sum(v.worth) as total from {table} m join ("
        f"select *, {line['row_value']} as worth from {line['fact_table']}"
        f" where {line['row_filter'] or 'true'}) v on {_same(line)} group by m.rowid"
        for line in lines
    )
    return (
        f"with roads as ({roads}), totals as ("
        "select place, sum(total) as total from roads group by place)"
        f" select m.{measure} as figure, totals.total, m.* from {table} m"
        f" left join totals on totals.place = m.rowid where {applies}"
    )


def _same(line: Row) -> str:
    pairs = [name.partition("=") for name in line["join_columns"].split(",")]
    return " and ".join(f"m.{a} is not distinct from v.{b or a}" for a, _, b in pairs)


def _keys(row: Row) -> dict[str, Any]:
    """The columns that name the row, whatever mart it is of."""
    names = ("store_id", "business_date", "dataset", "category", "check_id", "transaction_id")
    named = {name: row[name] for name in (*names, *KEYS) if row.get(name) is not None}
    return {name: str(value).replace(",", "") for name, value in named.items()}
