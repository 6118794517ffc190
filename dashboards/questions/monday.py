"""Monday: which boutiques need somebody, why, how well they count, and what is overdue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from dashboards.questions.network import only
from dashboards.warehouse import Row, Run

ATTENTION = "inventory.store_attention"
ACCURACY = "inventory.stock_accuracy"
ACTIONS = "inventory.actions"
WEEKS = 13


@dataclass(frozen=True)
class Boutique:
    """A store with its reasons, what weighs most first; a store without any has 0 points."""

    store_id: str
    store_name: str
    reasons: list[Row]

    @property
    def points(self) -> float:
        return sum(float(row["points"]) for row in self.reasons)

    @property
    def top(self) -> str:
        """The first two reasons in words, as one line."""
        return "; ".join(row["reason"] for row in self.reasons[:2])

    @property
    def more(self) -> int:
        """How many reasons the line leaves out."""
        return max(0, len(self.reasons) - 2)


def attention(run: Run, every_store: Sequence[Row], chosen: Sequence[str] = ()) -> list[Boutique]:
    """The chosen stores, who needs somebody most first; those nothing is held against last."""
    keep, params = only(chosen)
    rows = run.ask(
        f"select * from {ATTENTION} where {keep} order by store_id, reason_no",
        params,
    )
    by_store: dict[str, list[Row]] = {}
    for row in rows:
        by_store.setdefault(row["store_id"], []).append(row)
    names = {s["store_id"]: s["store_name"] for s in every_store}
    wanted = [s for s in dict.fromkeys([*names, *by_store]) if not chosen or s in chosen]
    found = [Boutique(s, names.get(s, s), by_store.get(s, [])) for s in wanted]
    return sorted(found, key=lambda b: (-b.points, b.store_name))


def counts(run: Run, store_id: str, on: date) -> list[Row] | None:
    """The counts of a store in the 13 weeks to that day, oldest first; None if not published."""
    if not run.has(ACCURACY):
        return None
    return run.ask(
        f"select *, case when lines_compared > 0 then matched / lines_compared end as share"
        f" from {ACCURACY} where store_id = ? and counted_on > ? and counted_on <= ?"
        " order by counted_on, count_id",
        [store_id, on - timedelta(weeks=WEEKS), on],
    )


def overdue_actions(run: Run, chosen: Sequence[str] = ()) -> list[Row] | None:
    """Actions whose day is over and that nobody has done; None in a run without actions."""
    if not run.has(ACTIONS):
        return None
    keep, params = only(chosen, "a.store_id")
    return run.ask(
        f"select a.*, coalesce(s.store_name, a.store_id) as store_name from {ACTIONS} a"
        f" left join core.dim_stores s using (store_id) where a.is_overdue and {keep}"
        " order by a.due_on, a.action_id",
        params,
    )
