"""What the demonstration planted against what the marts found: missed, or without a label."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from dashboards.warehouse import Run

Error = dict[str, Any]
CHECKS = "finance.completeness_checks"


class Findings(NamedTuple):
    """A table of findings: what names one, which rows are findings, whose labels explain them."""

    columns: tuple[str, ...]
    condition: str = "true"
    source: str = ""
    labels: str = ""


_DAY = ("store_id", "business_date")
FINDINGS = {
    "finance.receipt_gaps": Findings(
        (*_DAY, "register_id", "receipt_series", "first_missing", "position")
    ),
    "finance.unbalanced_transactions": Findings((*_DAY, "transaction_id")),
    "finance.restatements": Findings((*_DAY, "measure")),
    "finance.deliveries": Findings(
        (*_DAY, "dataset"),
        "status not in ('received', 'closed', 'not_due') or minutes_late > 0",
    ),
    CHECKS: Findings((*_DAY, "check_id"), "not passed"),
    # The rows behind a check: the label of the check explains them.
    "finance.check_findings": Findings((*_DAY, "check_id"), labels=CHECKS),
    "finance.payment_oddities": Findings((*_DAY, "kind", "transaction_id")),
    "finance.tender_balances": Findings(
        (*_DAY, "register_id", "tender_type"),
        "greatest(abs(declared_difference), abs(over_short), abs(float_difference),"
        " abs(settled_difference), abs(deposited_difference)) > 0.01",
    ),
    "finance.card_reconciliation": Findings(
        ("store_id", "subject"),
        "status not in ('matched', 'waiting')",
        "(select *, coalesce(settlement_id, transaction_id) as subject"
        " from finance.card_reconciliation)",
    ),
    "finance.deposit_reconciliation": Findings(_DAY, "status not in ('credited', 'waiting')"),
    "finance.tax_checks": Findings(
        (*_DAY, "transaction_id", "line_number"), "status in ('off', 'zero_without_reason')"
    ),
    "quality.rejected_rows": Findings(
        ("file_name", "line_no"),
        # Rejected rows name their file by id; the labels by name.
        source="(select rejected.*, files.file_name from quality.rejected_rows as rejected"
        " inner join quality.files as files using (file_id))",
    ),
    "quality.files": Findings(("file_name",), "status <> 'accepted'"),
}


def missed(run: Run, errors: list[Error]) -> list[tuple[str, str, Error]]:
    """Labels that no published row shows. Tables not published yet are asked nothing."""
    return [
        (error["error_id"], error["kind"], expected)
        for error in errors
        for expected in error["expected"]
        if run.has(expected["table"]) and not shown(run, expected)
    ]


def unexplained(run: Run, errors: list[Error], table: str) -> set[tuple[str, ...]]:
    """Findings of a table that no planted error explains."""
    columns, condition, _, labels = FINDINGS[table]
    labelled = {
        tuple(str(expected["key"][c]) for c in columns)
        for error in errors
        for expected in expected_of(error, labels or table)
    }
    found = {
        tuple(str(row[c]) for c in columns)
        for row in run.ask(f"select * from {source(table)} where {condition}")
    }
    return found - labelled


def expected_of(error: Error, table: str) -> Iterator[Error]:
    yield from (one for one in error["expected"] if one["table"] == table)


def source(table: str) -> str:
    """What to select a table's rows from."""
    return FINDINGS[table].source or table if table in FINDINGS else table


def shown(run: Run, expected: Error) -> bool:
    """Exactly one row has the key and the values of a label."""
    wanted = {**expected["key"], **expected["values"]}
    where = " and ".join(f"{column} is not distinct from ?" for column in wanted)
    [row] = run.ask(
        f"select count(*) as found from {source(expected['table'])} where {where}",
        list(wanted.values()),
    )
    return row["found"] == 1
