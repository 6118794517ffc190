"""Rules about stock: verdicts on discrepancies and counts, and the steps of a stock take."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from dashboards.decisions.rules.acts import Decision, Proposal, RuleBrokenError, same_person

ROOT_CAUSES = {
    "serial_swap": "another piece of the same reference went out in its place",
    "item_swap": "a piece of another reference went out in its place",
    "misdirected_transfer": "it went to another store than the book says",
    "unreceived_transfer": "it arrived and was never received",
    "unposted_receipt": "a delivery was not posted",
    "unposted_sale": "a sale was not posted",
    "unposted_return": "a return was not posted",
    "double_scan": "it was scanned twice",
    "timing": "it was posted after the count",
    "open_repair": "it is at the workshop, or back from it",
    "open_consignment": "it is out on a memo, or back from one",
    "client_owned": "it belongs to a client",
    "not_counted": "nobody counted it",
    "true_loss": "it is lost",
    "unknown": "nobody knows yet",
}
"""Why a count and the book disagree; the words of the mart, and in a sentence."""

VERDICTS = {
    "accepted": "accepted the cause",
    "rejected": "rejected the cause",
    "recount": "asked for a recount",
    "reopened": "opened it again with its other side",
}
COUNT_VERDICTS = {"accepted": "accepted the count", "rejected": "rejected the count"}

STEPS = ("planned", "frozen", "counting", "recount", "approved", "reported")
NEXT_STEPS: dict[str | None, tuple[str, ...]] = {
    None: ("planned",),
    "planned": ("frozen",),
    "frozen": ("counting",),
    "counting": ("recount", "approved"),
    "recount": ("recount", "approved"),
    "approved": ("reported", "recount"),
    "reported": (),
}
"""Which steps may follow one: a recount may be repeated, and an approval may be taken back."""


def standing_verdict(history: Sequence[Decision], kind: str) -> Decision | None:
    """The newest verdict of that kind; `history` is oldest first."""
    return next((d for d in reversed(history) if d.kind == kind), None)


def discrepancy_verdict(proposed: Proposal) -> None:
    verdict = proposed.payload.get("verdict")
    if verdict not in VERDICTS:
        raise RuleBrokenError(f"A verdict on a discrepancy is one of {', '.join(VERDICTS)}.")
    standing = standing_verdict(proposed.history, "discrepancy_verdict")
    if verdict == "reopened":
        _reopened(proposed, standing)
        return
    if verdict == "recount":
        return
    cause, thought = proposed.payload.get("root_cause"), proposed.payload.get("proposed_cause")
    if cause not in ROOT_CAUSES:
        raise RuleBrokenError(f"A cause is one of {', '.join(ROOT_CAUSES)}.")
    if verdict == "accepted" and cause != thought:
        raise RuleBrokenError("Accepting takes the cause proposed.")
    if verdict == "rejected" and cause == thought:
        raise RuleBrokenError("Rejecting names another cause than the one proposed.")
    if standing and standing.payload.get("verdict") == verdict == "accepted":
        raise RuleBrokenError(f"This is accepted already: {standing.words}.")
    if verdict == "rejected":
        proposed.needs_reason("Another cause than the one proposed")
    pair = proposed.payload.get("paired_discrepancy_id")
    if verdict == "accepted" and pair and pair not in proposed.together:
        raise RuleBrokenError("Accepting one side of a pair settles both: decide them together.")


def _reopened(proposed: Proposal, standing: Decision | None) -> None:
    """Only with the other side, whose acceptance it shared."""
    if standing is None or standing.payload.get("verdict") != "accepted":
        raise RuleBrokenError("This is not accepted; there is nothing to open again.")
    if standing.payload.get("paired_discrepancy_id") not in proposed.together:
        raise RuleBrokenError("This is opened again together with its other side only.")


def count_verdict(proposed: Proposal) -> None:
    verdict = proposed.payload.get("verdict")
    if verdict not in COUNT_VERDICTS:
        raise RuleBrokenError(f"A verdict on a count is one of {', '.join(COUNT_VERDICTS)}.")
    standing = standing_verdict(proposed.history, "count_verdict")
    if standing and standing.payload.get("verdict") == verdict:
        raise RuleBrokenError(f"That is the verdict already: {standing.words}.")
    if verdict == "rejected":
        proposed.needs_reason("Rejecting a count")
    elif Decimal(str(proposed.payload.get("coverage") or 0)) < 1:
        proposed.needs_reason("Accepting a count that does not cover every line due")


def standing_step(history: Sequence[Decision]) -> Decision | None:
    """The newest step of a stock take; None before it is planned."""
    return standing_verdict(history, "stock_take_step")


def stock_take_step(proposed: Proposal) -> None:
    step = proposed.payload.get("step")
    last = standing_step(proposed.history)
    before = last.payload["step"] if last else None
    if step not in NEXT_STEPS[before]:
        after = " or ".join(NEXT_STEPS[before]) or "nothing"
        raise RuleBrokenError(f"After {before or 'the beginning'} comes {after}, not {step}.")
    if step in {"counting", "recount"}:
        _counted(proposed)
    if step == "recount" and before == "approved":
        proposed.needs_reason("Taking an approval back")
    if step == "approved":
        _approved(proposed, before)


def counters(history: Sequence[Decision]) -> list[str]:
    """Who counted and recounted in this stock take, each once."""
    named = [str(d.payload["counter"]) for d in history if d.payload.get("counter")]
    return list(dict.fromkeys(named))


def _counted(proposed: Proposal) -> None:
    counter = str(proposed.payload.get("counter") or "").strip()
    if not counter:
        raise RuleBrokenError("Say who counts.")
    if proposed.payload["step"] == "recount":
        for name in counters(proposed.history):
            if same_person(name, counter):
                raise RuleBrokenError(f"{name} counted already; somebody else has to recount.")


def _approved(proposed: Proposal, before: str | None) -> None:
    for name in [*counters(proposed.history), *proposed.payload.get("counted_by", [])]:
        if same_person(str(name), proposed.decided_by):
            raise RuleBrokenError(f"{name} counted; somebody else has to approve.")
    if not proposed.payload.get("count_id"):
        raise RuleBrokenError("An approval names the count it is of.")
    lines = proposed.payload.get("unexplained_lines")
    if not isinstance(lines, int):
        raise RuleBrokenError("An approval says how many lines are not explained.")
    if before == "counting" and lines:
        raise RuleBrokenError(f"{lines} lines are not explained: they are recounted first.")
    cost = Decimal(str(proposed.payload.get("unexplained_cost") or 0))
    above = lines > int(proposed.payload.get("tolerated_lines") or 0)
    if above or cost > Decimal(str(proposed.payload.get("tolerated_cost") or 0)):
        proposed.needs_reason(f"Approving with {lines} lines not explained, {cost} at cost,")
