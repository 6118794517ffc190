"""The counts of a week: how much was covered, how right the book was, who kept to the plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from dashboards.decisions import Decision
from dashboards.decisions.rules.stock import standing_verdict
from dashboards.questions.network import only
from dashboards.warehouse import Row, Run

ACCURACY = "inventory.stock_accuracy"
COMPLIANCE = "inventory.count_compliance"
OVERLAPS = "inventory.count_overlaps"
PLANS = "core.fct_count_plans"


@dataclass(frozen=True)
class Count:
    """One count of the week, and what people said of it, oldest first."""

    row: Row
    history: list[Decision]

    @property
    def count_id(self) -> str:
        return self.row["count_id"]

    @property
    def verdict(self) -> str:
        """accepted, rejected, or open while nobody has judged it."""
        standing = standing_verdict(self.history, "count_verdict")
        return str(standing.payload["verdict"]) if standing else "open"


@dataclass(frozen=True)
class Week:
    """The counts done in a week, how the plan was kept, and what was due and not counted."""

    starts_on: date
    counts: list[Count]
    compliance: list[Row]
    not_counted: list[Row]
    overlaps: list[Row]

    @property
    def ends_on(self) -> date:
        return self.starts_on + timedelta(days=6)

    @property
    def kept_to_plan(self) -> tuple[int, int]:
        """Counts done in their window, of those planned; cancelled ones count as planned."""
        done = sum(row["done_in_window"] or 0 for row in self.compliance)
        due = sum((row["planned"] or 0) - (row["awaited"] or 0) for row in self.compliance)
        return int(done), int(due)

    def find(self, count_id: str | None) -> Count | None:
        return next((count for count in self.counts if count.count_id == count_id), None)


def monday(on: date) -> date:
    return on - timedelta(days=on.weekday())


def weeks(run: Run) -> list[date]:
    """The Mondays of weeks with a count, newest first; nothing in a run without counts."""
    if not run.has(ACCURACY):
        return []
    rows = run.ask(
        "select distinct cast(date_trunc('week', counted_on) as date) as starts_on"
        f" from {ACCURACY} where counted_on is not null order by 1 desc"
    )
    return [row["starts_on"] for row in rows]


def week(
    run: Run, starts_on: date, chosen: Sequence[str] = (), decisions: Sequence[Decision] = ()
) -> Week:
    """`decisions` are those about counts, oldest first."""
    keep, params = only(chosen, "t.store_id")
    days: list[Any] = [starts_on, starts_on + timedelta(days=6)]
    counted = run.ask(
        f"select t.*, coalesce(s.store_name, t.store_id) as store_name from {ACCURACY} t"
        " left join core.dim_stores s using (store_id)"
        f" where t.counted_on between ? and ? and {keep}"
        " order by t.absolute_variance_cost desc nulls last, store_name, t.count_id",
        [*days, *params],
    )
    counts = [
        Count(row, [d for d in decisions if d.subject_key == row["count_id"]]) for row in counted
    ]
    return Week(
        starts_on,
        counts,
        _compliance(run, starts_on, keep, params),
        _not_counted(run, days, keep, params),
        _overlaps(run, [count.count_id for count in counts]),
    )


def totals(counts: Sequence[Count], currency: str) -> Row:
    """Lines and differences of the counts in one currency; rates are taken of the sums."""
    rows = [c.row for c in counts if c.row["currency"] == currency]
    # What was not counted whole says nothing of a loss: only final counts have differences.
    final = [row for row in rows if row["is_final"]]
    names = [
        f"{kind}_variance_{what}"
        for kind in ("net", "absolute")
        for what in ("units", "cost", "retail")
    ]
    told: Row = {
        name: sum((row[name] or Decimal(0) for row in final), Decimal(0)) for name in names
    }
    for name in ("lines_due", "lines_counted"):
        told[name] = sum(row[name] or 0 for row in rows)
    told["matched"] = sum(row["matched"] or 0 for row in final)
    told["compared"] = sum(
        (row["matched"] or 0) + (row["missing"] or 0) + (row["unexpected"] or 0) for row in final
    )
    told["coverage"] = told["lines_counted"] / told["lines_due"] if told["lines_due"] else None
    told["accuracy"] = told["matched"] / told["compared"] if told["compared"] else None
    told["counts"], told["final"] = len(rows), len(final)
    return told


def _compliance(run: Run, starts_on: date, keep: str, params: list[str]) -> list[Row]:
    if not run.has(COMPLIANCE):
        return []
    return run.ask(
        f"select t.*, coalesce(s.store_name, t.store_id) as store_name from {COMPLIANCE} t"
        f" left join core.dim_stores s using (store_id) where t.week_starts_on = ? and {keep}"
        " order by t.compliance nulls last, store_name",
        [starts_on, *params],
    )


def _not_counted(run: Run, days: list[Any], keep: str, params: list[str]) -> list[Row]:
    """Counts that were due in the week and nobody scanned anything for."""
    if not run.has(PLANS):
        return []
    return run.ask(
        f"select t.*, coalesce(s.store_name, t.store_id) as store_name from {PLANS} t"
        " left join core.dim_stores s using (store_id)"
        f" where t.due_on between ? and ? and {keep} and t.count_id not in"
        f" (select count_id from {ACCURACY} where counted_on is not null)"
        " order by t.due_on, store_name, t.count_id",
        [*days, *params],
    )


def _overlaps(run: Run, ids: list[str]) -> list[Row]:
    if not ids or not run.has(OVERLAPS):
        return []
    keep, params = only(ids, "count_id")
    return run.ask(f"select * from {OVERLAPS} where {keep} order by overlap_id", params)
