"""The marts find every error planted in the demonstration network, and nothing else.

`truth.json` says of each planted error which published row must show it. The other direction is
exact too: a table of findings may hold no row that no planted error explains.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from dashboards.warehouse import Run

# Tables that hold findings: the columns that name one, and which rows are findings.
FINDINGS = {
    "finance.receipt_gaps": (
        ("store_id", "business_date", "register_id", "receipt_series", "first_missing", "position"),
        "true",
    ),
    "finance.unbalanced_transactions": (("store_id", "business_date", "transaction_id"), "true"),
    "finance.restatements": (("store_id", "business_date", "measure"), "true"),
    "finance.deliveries": (
        ("store_id", "business_date", "dataset"),
        "status not in ('received', 'closed', 'not_due') or minutes_late > 0",
    ),
    "finance.completeness_checks": (("store_id", "business_date", "check_id"), "not passed"),
    "quality.rejected_rows": (("file_name", "line_no"), "true"),
    "quality.files": (("file_name",), "status <> 'accepted'"),
}


def test_every_planted_error_is_found(demo: tuple[Run, list[dict[str, Any]]]) -> None:
    run, errors = demo
    missed = [
        (error["error_id"], error["kind"], expected)
        for error in errors
        for expected in error["expected"]
        if run.has(expected["table"]) and not _shown(run, expected)
    ]
    assert missed == []
    assert len({error["kind"] for error in errors}) == 10


@pytest.mark.parametrize("table", FINDINGS)
def test_nothing_else_is_found(demo: tuple[Run, list[dict[str, Any]]], table: str) -> None:
    run, errors = demo
    columns, condition = FINDINGS[table]
    labelled = {
        tuple(str(expected["key"][c]) for c in columns)
        for error in errors
        for expected in _expected_of(error, table)
    }
    found = {
        tuple(str(row[c]) for c in columns)
        for row in run.ask(f"select * from {_source(table)} where {condition}")
    }
    assert found - labelled == set()


def _expected_of(error: dict[str, Any], table: str) -> Iterator[dict[str, Any]]:
    yield from (e for e in error["expected"] if e["table"] == table)


def _source(table: str) -> str:
    """Rejected rows name their file by id; the labels by name."""
    if table != "quality.rejected_rows":
        return table
    return (
        "(select rejected.*, files.file_name from quality.rejected_rows as rejected"
        " inner join quality.files as files using (file_id))"
    )


def _shown(run: Run, expected: dict[str, Any]) -> bool:
    wanted = {**expected["key"], **expected["values"]}
    where = " and ".join(f"{column} is not distinct from ?" for column in wanted)
    [row] = run.ask(
        f"select count(*) as found from {_source(expected['table'])} where {where}",
        list(wanted.values()),
    )
    return row["found"] == 1


def test_labels_beside_the_landing_are_not_taken_for_an_export(
    demo: tuple[Run, list[dict[str, Any]]],
) -> None:
    run, _ = demo
    assert run.ask("select * from quality.files where file_name like '%truth%'") == []
