"""Exceptions: acts that somebody has to look at, and rates that chance alone does not explain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from dashboards.decisions import Decision
from dashboards.questions.network import only
from dashboards.warehouse import Row, Run

EXCEPTIONS = "kpi.exceptions"
EVENTS = "kpi.exception_events"
OUTCOMES = {"explained": "explained", "follow_up": "to follow up"}


@dataclass(frozen=True)
class Finding:
    """One exception of the month, and what people said of it, oldest first."""

    row: Row
    history: list[Decision] = field(default_factory=list)

    @property
    def exception_id(self) -> str:
        return self.row["exception_id"]

    @property
    def outcome(self) -> str:
        """explained, follow_up, or open while nobody has reviewed it."""
        reviews = [d for d in self.history if d.kind == "exception_review"]
        return str(reviews[-1].payload.get("outcome")) if reviews else "open"

    @property
    def counts(self) -> str:
        """`3 of 45`: what a rate is made of, always beside it."""
        events, base = self.row["event_count"], self.row["base_count"]
        return f"{events:,} of {base:,}" if base else f"{events:,}"


@dataclass(frozen=True)
class Month:
    """What was found in one month: acts to review, rates that stand out, all other rates."""

    first: date
    acts: list[Finding]
    rates: list[Finding]
    ordinary: list[Finding]

    @property
    def open_acts(self) -> list[Finding]:
        return [finding for finding in self.acts if finding.outcome == "open"]

    def find(self, exception_id: str | None) -> Finding | None:
        every = (*self.acts, *self.rates, *self.ordinary)
        return next((f for f in every if f.exception_id == exception_id), None)


def months(run: Run) -> list[date]:
    """The months anything was judged in, newest first; nothing in a run without exceptions."""
    if not run.has(EXCEPTIONS):
        return []
    rows = run.ask(f"select distinct period_start from {EXCEPTIONS} order by 1 desc")
    return [row["period_start"] for row in rows]


_WORST = {"open": 0, "follow_up": 1, "explained": 2}


def month(
    run: Run, first: date, chosen: Sequence[str] = (), decisions: Sequence[Decision] = ()
) -> Month:
    """`decisions` are those about exceptions, oldest first."""
    keep, params = only(chosen, "e.store_id")
    rows = run.ask(
        f"select e.*, coalesce(s.store_name, e.store_id) as store_name from {EXCEPTIONS} e"
        " left join core.dim_stores s using (store_id)"
        f" where e.period_start = ? and {keep}"
        " order by e.tail_probability nulls last, e.amount desc nulls last, e.exception_id",
        [first, *params],
    )
    said: dict[str, list[Decision]] = {}
    for decision in decisions:
        said.setdefault(decision.subject_key, []).append(decision)
    findings = [Finding(row, said.get(row["exception_id"], [])) for row in rows]
    acts = [f for f in findings if f.row["is_hard_rule"] and f.row["is_flagged"]]
    acts.sort(key=lambda f: (_WORST.get(f.outcome, 0), _number(f.row["rule_id"])))
    rated = [f for f in findings if not f.row["is_hard_rule"]]
    rates = [f for f in rated if f.row["is_flagged"]]
    rates.sort(key=lambda f: _WORST.get(f.outcome, 0))
    return Month(first, acts, rates, [f for f in rated if not f.row["is_flagged"]])


def _number(rule_id: str) -> int:
    digits = "".join(c for c in rule_id if c.isdigit())
    return int(digits) if digits else 0


def events(run: Run, row: Mapping[str, Any]) -> list[Row]:
    """The single acts behind an exception, each with its file; newest first."""
    if not run.has(EVENTS):
        return []
    return run.ask(
        "select v.*, (select f.file_name from quality.files f where f.file_id = v._file_id"
        f" and f.status <> 'duplicate' order by f.known_from limit 1) as file_name from {EVENTS} v"
        " where v.rule_id = ? and v.business_date between ? and ?"
        " and v.store_id is not distinct from ? and v.employee_id is not distinct from ?"
        " order by v.business_date desc, v.transaction_id, v.line_number",
        [
            row["rule_id"],
            row["period_start"],
            row["period_end"],
            row["store_id"],
            row["employee_id"],
        ],
    )


def chance(probability: float | None) -> str:
    """A tail probability as people say it: one chance in so many."""
    if probability is None:
        return "–"
    if probability <= 0.000001:
        return "less than one in a million"
    if probability >= 0.5:
        return "ordinary"
    return f"one in {round(1 / probability):,}"
