"""Actions: what somebody has to do about a discrepancy or a store, read live from the decisions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from dashboards.decisions import Decision
from dashboards.decisions.rules import open_actions

KINDS = ("action", "action_done", "action_dropped")


@dataclass(frozen=True)
class Action:
    """An action, and how it ended if it has."""

    asked: Decision
    end: Decision | None
    on: date

    @property
    def due_on(self) -> date:
        return date.fromisoformat(self.asked.payload["due_on"])

    @property
    def status(self) -> str:
        """open, overdue, done or dropped, on the day it is looked at."""
        if self.end is not None:
            return "done" if self.end.kind == "action_done" else "dropped"
        return "overdue" if self.due_on < self.on else "open"


_FIRST = {"overdue": 0, "open": 1, "done": 2, "dropped": 3}


def listed(decisions: Sequence[Decision], on: date, stores: Sequence[str] = ()) -> list[Action]:
    """Every action of the chosen stores, overdue first, then by day. `on`: the day it is now."""
    ends = {d.payload.get("action_id"): d for d in decisions if d.kind in KINDS[1:]}
    found = [
        Action(d, ends.get(d.decision_id), on)
        for d in decisions
        if d.kind == "action" and (not stores or d.store_id in stores)
    ]
    return sorted(found, key=lambda a: (_FIRST[a.status], a.due_on, a.asked.decision_no))


def owners(decisions: Sequence[Decision]) -> list[str]:
    """Who has ever had an action to do; those with open ones first."""
    waiting = [d.payload["owner"] for d in open_actions(decisions)]
    every = [d.payload["owner"] for d in decisions if d.kind == "action"]
    return list(dict.fromkeys([*sorted(waiting), *sorted(every)]))
