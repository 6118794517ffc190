"""The kinds of decision in words, and what each may be about."""

from __future__ import annotations

KINDS = {
    "sign_off": "signed off",
    "sign_off_withdrawn": "took the sign-off back",
    "gap_reason": "gave a reason for missing receipt numbers",
    "correction": "proposed a correction",
    "correction_approval": "approved a correction",
    "correction_withdrawn": "took a correction back",
    "month_lock": "locked the month",
    "exception_review": "reviewed an exception",
    "discrepancy_verdict": "judged a discrepancy",
    "count_verdict": "judged a count",
    "stock_take_step": "took the stock take a step on",
    "action": "asked for an action",
    "action_done": "reported an action done",
    "action_dropped": "dropped an action",
    "note": "left a note",
}
"""Each kind of decision, as what somebody did."""

SUBJECTS_OF = {
    "sign_off": ("store_day",),
    "sign_off_withdrawn": ("store_day",),
    "gap_reason": ("receipt_gap",),
    "correction": ("row",),
    "correction_approval": ("row",),
    "correction_withdrawn": ("row",),
    "month_lock": ("month",),
    "exception_review": ("exception",),
    "discrepancy_verdict": ("discrepancy",),
    "count_verdict": ("count",),
    "stock_take_step": ("stock_take",),
    "action": ("discrepancy", "store"),
    "action_done": ("discrepancy", "store"),
    "action_dropped": ("discrepancy", "store"),
    "note": (
        "store_day",
        "receipt_gap",
        "row",
        "month",
        "exception",
        "discrepancy",
        "count",
        "stock_take",
        "store",
    ),
}
