"""The annual stock take: one campaign per boutique and fiscal year, and its next step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from dashboards.decisions import Decision, Subject
from dashboards.decisions.rules.stock import NEXT_STEPS, counters, standing_step
from dashboards.questions import counts, discrepancies
from dashboards.questions.discrepancies import Finding
from dashboards.warehouse import Row, Run

FULL = "full"
TOLERANCES = "inventory.stock_take_tolerances"


@dataclass(frozen=True)
class Campaign:
    """The stock take of a store in a fiscal year: its steps and its full counts."""

    store: Row
    fiscal_year: int
    history: list[Decision]
    full_counts: list[Row]

    @property
    def subject(self) -> Subject:
        return Subject.stock_take(self.store["store_id"], self.fiscal_year)

    @property
    def state(self) -> str:
        """The step it is at; not_planned before the first."""
        last = standing_step(self.history)
        return str(last.payload["step"]) if last else "not_planned"

    @property
    def next_steps(self) -> tuple[str, ...]:
        last = standing_step(self.history)
        return NEXT_STEPS[last.payload["step"] if last else None]

    @property
    def counted_by(self) -> list[str]:
        return counters(self.history)

    @property
    def last(self) -> Decision | None:
        return standing_step(self.history)


def fiscal_year(run: Run, on: date) -> int:
    """The maison's fiscal year of a day; the calendar year where the calendar does not say."""
    rows = run.ask("select fiscal_year from core.dim_dates where calendar_date = ?", [on])
    return int(rows[0]["fiscal_year"]) if rows and rows[0]["fiscal_year"] else on.year


def campaigns(
    run: Run, year: int, stores: Sequence[Row], decisions: Sequence[Decision]
) -> list[Campaign]:
    """One of each store, those furthest behind first."""
    found = []
    for store in stores:
        key = Subject.stock_take(store["store_id"], year).subject_key
        history = [d for d in decisions if d.subject_key == key]
        found.append(Campaign(store, year, history, _full_counts(run, store["store_id"], year)))
    order = {step: place for place, step in enumerate(("not_planned", *NEXT_STEPS))}
    return sorted(found, key=lambda c: (order.get(c.state, 0), c.store["store_name"]))


def _full_counts(run: Run, store_id: str, year: int) -> list[Row]:
    """The wall-to-wall counts of a store in that year, newest first."""
    if not run.has(counts.ACCURACY):
        return []
    return run.ask(
        f"select a.* from {counts.ACCURACY} a"
        " join core.dim_dates d on d.calendar_date = a.counted_on"
        " where a.store_id = ? and a.count_type = ?"
        " and coalesce(d.fiscal_year, year(a.counted_on)) = ?"
        " order by a.counted_on desc, a.count_id desc",
        [store_id, FULL, year],
    )


@dataclass(frozen=True)
class Unexplained:
    """What a count leaves unexplained after everything people said of it, and what is tolerated."""

    findings: list[Finding]
    tolerated_lines: int
    tolerated_cost: Decimal

    @property
    def lines(self) -> int:
        return len(self.findings)

    @property
    def cost(self) -> Decimal:
        return sum((abs(f.row["variance_cost"] or Decimal(0)) for f in self.findings), Decimal(0))

    @property
    def is_tolerated(self) -> bool:
        return self.lines <= self.tolerated_lines and self.cost <= self.tolerated_cost


def unexplained(run: Run, count_id: str, decisions: Sequence[Decision]) -> Unexplained:
    """`decisions`: those about discrepancies, oldest first."""
    found = discrepancies.of_counts(run, [count_id], decisions)
    left = [f for f in found if f.is_unknown and f.row["status"] == "open"]
    lines, cost = _tolerances(run)
    return Unexplained(left, lines, cost)


def _tolerances(run: Run) -> tuple[int, Decimal]:
    """Lines and cost that may stay unexplained; nothing where a run does not say."""
    if not run.has(TOLERANCES):
        return 0, Decimal(0)
    rows = run.ask(f"select threshold_id, tolerated from {TOLERANCES}")
    told = {row["threshold_id"]: Decimal(str(row["tolerated"])) for row in rows}
    return int(told.get("lines", 0)), told.get("cost", Decimal(0))
