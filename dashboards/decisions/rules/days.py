"""Rules about days, months and what was found in them."""

from __future__ import annotations

from collections.abc import Sequence

from dashboards.decisions.rules.acts import Decision, Proposal, RuleBrokenError

GAP_REASONS = {
    "void": "the receipt was voided at the till",
    "training": "the till was in training mode",
    "other": "another reason, in words",
    "unexplained": "takes an earlier reason back, in words",
}


def standing_sign_off(history: Sequence[Decision]) -> Decision | None:
    """The sign-off of a store-day that nobody took back; `history` is oldest first."""
    acts = [d for d in history if d.kind in {"sign_off", "sign_off_withdrawn"}]
    return acts[-1] if acts and acts[-1].kind == "sign_off" else None


def sign_off(proposed: Proposal) -> None:
    blockers = proposed.payload.get("blockers")
    if not isinstance(blockers, list):
        raise RuleBrokenError("A sign-off names what stands in its way (an empty list: nothing).")
    if not blockers:
        return
    named = ", ".join(map(str, blockers))
    if not proposed.payload.get("override"):
        raise RuleBrokenError(
            f"This day cannot be signed off while {named} stand in the way. Mend them, or override"
            " with a reason."
        )
    if not proposed.reason:
        raise RuleBrokenError(f"Signing off although {named} stand in the way needs a reason.")


def sign_off_withdrawn(proposed: Proposal) -> None:
    if standing_sign_off(proposed.history) is None:
        raise RuleBrokenError("This day is not signed off; there is nothing to take back.")
    proposed.needs_reason("Taking a sign-off back")


def gap_reason(proposed: Proposal) -> None:
    told = proposed.payload.get("gap_reason")
    if told not in GAP_REASONS:
        raise RuleBrokenError(f"Why the numbers are missing is one of {', '.join(GAP_REASONS)}.")
    if told in {"other", "unexplained"}:
        proposed.needs_reason(f"The gap reason “{told}”")


def month_lock(proposed: Proposal) -> None:
    if not proposed.payload.get("run_id"):
        raise RuleBrokenError("A month is locked as one publish told it: name its run.")


def exception_review(proposed: Proposal) -> None:
    proposed.needs_reason("A review")


def note(proposed: Proposal) -> None:
    proposed.needs_reason("A note")
