"""Rules about actions: what has to be done about a discrepancy or a store, by whom, until when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from dashboards.decisions.rules.acts import Decision, Proposal, RuleBrokenError

_ENDS = {"action_done", "action_dropped"}


def open_actions(history: Sequence[Decision]) -> list[Decision]:
    """Actions that are neither done nor dropped, oldest first."""
    ended = {d.payload.get("action_id") for d in history if d.kind in _ENDS}
    return [d for d in history if d.kind == "action" and d.decision_id not in ended]


def action(proposed: Proposal) -> None:
    for name, words in (("owner", "whose it is"), ("text", "what has to be done")):
        if not str(proposed.payload.get(name) or "").strip():
            raise RuleBrokenError(f"An action says {words}.")
    try:
        date.fromisoformat(str(proposed.payload.get("due_on")))
    except ValueError:
        raise RuleBrokenError("An action says by which day it has to be done.") from None


def action_done(proposed: Proposal) -> None:
    _open_one(proposed)
    if not str(proposed.payload.get("proof") or "").strip():
        raise RuleBrokenError("An action is done with its proof: a document number, or in words.")


def action_dropped(proposed: Proposal) -> None:
    _open_one(proposed)
    proposed.needs_reason("Dropping an action")


def _open_one(proposed: Proposal) -> None:
    wanted = proposed.payload.get("action_id")
    if wanted in {d.decision_id for d in open_actions(proposed.history)}:
        return
    ends = [d for d in proposed.history if d.kind in _ENDS and d.payload.get("action_id") == wanted]
    if wanted and ends:
        raise RuleBrokenError(f"This action is open no more: {ends[-1].words}.")
    raise RuleBrokenError("There is no such action.")
