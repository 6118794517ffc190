"""The week for headquarters: per store what was counted, what differed and why, what is to do.

A week goes from Monday to Sunday, as the plans of counts do. The page and its spreadsheet are both
made of one `Pack`, so that their totals cannot differ.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from dashboards import stock_words
from dashboards.questions import monday
from dashboards.questions.monday import Boutique
from dashboards.questions.network import only
from dashboards.warehouse import Row, Run

COMPLIANCE = "inventory.count_compliance"
DISCREPANCIES = "inventory.stock_discrepancies"
# Columns of the summary that add up over stores; the amounts only where there is one currency.
NOTHING = Decimal("0.00")
COUNTED = ("planned", "done", "lines_compared", "matched", "findings")
AMOUNTS = (
    *(f"net_variance_{unit}" for unit in ("cost", "retail")),
    *(f"absolute_variance_{unit}" for unit in ("cost", "retail")),
    *(f"{kind}_cost" for kind in ("explained", "known", "unknown")),
)


@dataclass(frozen=True)
class Pack:
    """One week of the chosen stores."""

    first: date
    summary: list[Row]
    discrepancies: list[Row]
    causes: list[Row]
    actions: list[Row] | None

    @property
    def last(self) -> date:
        return self.first + timedelta(days=6)

    @property
    def totals(self) -> Row:
        """Sums of the summary; its amounts are left out where stores have several currencies."""
        names = COUNTED if len(self.currencies) > 1 else (*COUNTED, *AMOUNTS)
        return added(self.summary, names)

    @property
    def currencies(self) -> list[str]:
        return sorted({row["currency"] for row in self.summary if row["currency"]})


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def weeks(on: date, first: date) -> list[date]:
    """The Mondays of the last 13 weeks to that day, the newest first."""
    newest = monday_of(on)
    every = (newest - timedelta(weeks=n) for n in range(monday.WEEKS))
    return [day for day in every if day + timedelta(days=6) >= first] or [newest]


def pack(run: Run, first: date, boutiques: Sequence[Boutique], chosen: Sequence[str] = ()) -> Pack:
    """The week that begins on `first`; `boutiques` say why each store needs attention now."""
    last = first + timedelta(days=6)
    found = _discrepancies(run, first, last, chosen)
    counted = _by_store(_counted(run, first, last, chosen))
    planned = _by_store(_planned(run, first, chosen))
    currencies = {row["store_id"]: row["currency"] for row in _currencies(run)}
    summary = [
        _line(
            boutique,
            currencies.get(boutique.store_id),
            counted.get(boutique.store_id, {}),
            planned.get(boutique.store_id, {}),
            [row for row in found if row["store_id"] == boutique.store_id],
        )
        for boutique in boutiques
    ]
    return Pack(first, summary, found, _causes(found), _actions(run, first, chosen))


def added(rows: Iterable[Row], names: Sequence[str]) -> Row:
    kept = list(rows)
    return {name: sum((row[name] or 0 for row in kept), Decimal(0)) for name in names}


def _line(
    boutique: Boutique, currency: str | None, counted: Row, planned: Row, found: list[Row]
) -> Row:
    line: dict[str, Any] = {
        "store_id": boutique.store_id,
        "store_name": boutique.store_name,
        "currency": currency,
        "planned": planned.get("planned") or 0,
        "done": planned.get("done") or 0,
        "findings": len(found),
        "points": round(boutique.points, 1),
        "reasons": "; ".join(row["reason"] for row in boutique.reasons),
    }
    line |= {name: counted.get(name) or 0 for name in ("lines_compared", "matched")}
    line |= {name: counted.get(name) or NOTHING for name in AMOUNTS[:4]}
    line["accuracy"] = counted.get("accuracy")
    for kind in ("explained", "known", "unknown"):
        of_kind = (row["variance_cost"] or 0 for row in found if row["kind"] == kind)
        line[f"{kind}_cost"] = sum(of_kind, NOTHING)
    return line


def _by_store(rows: list[Row]) -> dict[str, Row]:
    return {row["store_id"]: row for row in rows}


def _currencies(run: Run) -> list[Row]:
    return run.ask("select store_id, currency from core.dim_stores")


def _counted(run: Run, first: date, last: date, chosen: Sequence[str]) -> list[Row]:
    """Only counts that are complete and final: a partial count is never a loss."""
    if not run.has(monday.ACCURACY):
        return []
    keep, params = only(chosen)
    sums = ", ".join(f"sum({name}) as {name}" for name in ("matched", *AMOUNTS[:4]))
    return run.ask(
        f"select store_id, sum(lines_compared) as lines_compared, {sums},"
        " case when sum(lines_compared) > 0 then sum(matched) / sum(lines_compared) end as accuracy"
        f" from {monday.ACCURACY} where is_final and counted_on between ? and ? and {keep}"
        " group by store_id",
        [first, last, *params],
    )


def _planned(run: Run, first: date, chosen: Sequence[str]) -> list[Row]:
    if not run.has(COMPLIANCE):
        return []
    keep, params = only(chosen)
    return run.ask(
        "select store_id, planned, done_in_window as done"
        f" from {COMPLIANCE} where week_starts_on = ? and {keep}",
        [first, *params],
    )


def _discrepancies(run: Run, first: date, last: date, chosen: Sequence[str]) -> list[Row]:
    """What the week's counts found, each finding by its newest line of the week."""
    if not run.has(DISCREPANCIES):
        return []
    keep, params = only(chosen, "d.store_id")
    rows = run.ask(
        f"select d.*, coalesce(s.store_name, d.store_id) as store_name from {DISCREPANCIES} d"
        f" left join core.dim_stores s using (store_id) where d.counted_on between ? and ?"
        f" and {keep} qualify row_number() over (partition by d.finding_id"
        " order by d.counted_on desc, d.discrepancy_id desc) = 1"
        " order by store_name, abs(d.variance_cost) desc nulls last, d.discrepancy_id",
        [first, last, *params],
    )
    return [_with_kind(row) for row in rows]


def _with_kind(row: Row) -> Row:
    """With the cause that counts and what it is to the loss; older runs tell proposals only."""
    cause = row.get("effective_cause") or row["root_cause"]
    return {
        **row,
        "cause": cause,
        "sure": "person" if row.get("cause_from") == "person" else row["confidence"],
        "kind": row.get("loss_kind") or stock_words.kind_of(cause),
    }


def _causes(found: list[Row]) -> list[Row]:
    """The week's findings by cause, how sure it is, and currency; the dearest first."""
    groups: dict[tuple[str, ...], list[Row]] = {}
    for row in found:
        key = tuple(row[name] or "" for name in ("cause", "kind", "sure", "currency"))
        groups.setdefault(key, []).append(row)
    names = ("variance_units", "variance_cost", "variance_retail")
    causes = [
        {
            "cause": cause,
            "kind": kind,
            "sure": sure,
            "currency": currency,
            "findings": len(rows),
            **added(rows, names),
            "absolute_cost": sum((abs(row["variance_cost"] or 0) for row in rows), Decimal(0)),
        }
        for (cause, kind, sure, currency), rows in groups.items()
    ]
    return sorted(causes, key=lambda row: (-row["absolute_cost"], row["cause"]))


def _actions(run: Run, first: date, chosen: Sequence[str]) -> list[Row] | None:
    """Actions that are open, and those that ended in the week or later; None if not published."""
    if not run.has(monday.ACTIONS):
        return None
    keep, params = only(chosen, "a.store_id")
    return run.ask(
        f"select a.*, coalesce(s.store_name, a.store_id) as store_name from {monday.ACTIONS} a"
        f" left join core.dim_stores s using (store_id) where {keep}"
        " and (a.ended_at is null or a.ended_at >= ?)"
        " order by a.is_overdue desc, a.due_on, a.action_id",
        [*params, first],
    )
