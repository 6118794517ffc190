"""The one question the store asks before it keeps anything: may this be decided?"""

from __future__ import annotations

from collections.abc import Callable

from dashboards.decisions.rules import actions, corrections, days, stock
from dashboards.decisions.rules.acts import Proposal, RuleBrokenError
from dashboards.decisions.rules.kinds import KINDS, SUBJECTS_OF

LONGEST_TEXT = 2_000

_RULES: dict[str, Callable[[Proposal], None]] = {
    "sign_off": days.sign_off,
    "sign_off_withdrawn": days.sign_off_withdrawn,
    "gap_reason": days.gap_reason,
    "correction": corrections.correction,
    "correction_approval": corrections.correction_approval,
    "correction_withdrawn": corrections.correction_withdrawn,
    "month_lock": days.month_lock,
    "exception_review": days.exception_review,
    "discrepancy_verdict": stock.discrepancy_verdict,
    "count_verdict": stock.count_verdict,
    "stock_take_step": stock.stock_take_step,
    "action": actions.action,
    "action_done": actions.action_done,
    "action_dropped": actions.action_dropped,
    "note": days.note,
}


def check(kind: str, subject_type: str, seen_run_id: str, proposed: Proposal) -> None:
    """Raises RuleBrokenError when the decision may not be taken."""
    if kind not in KINDS:
        raise RuleBrokenError(f"“{kind}” is no kind of decision; known are {', '.join(KINDS)}.")
    if subject_type not in SUBJECTS_OF[kind]:
        named = " or ".join(SUBJECTS_OF[kind])
        raise RuleBrokenError(f"A {kind} is about a {named}, not about a {subject_type}.")
    if not proposed.decided_by.strip():
        raise RuleBrokenError("Say who decides: sign in, or type your name in the sidebar.")
    if not seen_run_id.strip():
        raise RuleBrokenError("A decision names the figures it was taken on (their run).")
    if len(proposed.reason) > LONGEST_TEXT:
        raise RuleBrokenError(f"The reason is longer than {LONGEST_TEXT} characters.")
    _RULES[kind](proposed)
