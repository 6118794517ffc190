"""What may be decided, about what, and by whom: the rules, apart from pages and databases.

A rule looks at the proposed decision and at the history of its subject, and either stays silent or
raises RuleBrokenError with words for the person at the screen.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

KINDS = {
    "sign_off": "signed off",
    "sign_off_withdrawn": "took the sign-off back",
    "gap_reason": "gave a reason for missing receipt numbers",
    "correction": "proposed a correction",
    "correction_approval": "approved a correction",
    "correction_withdrawn": "took a correction back",
    "month_lock": "locked the month",
    "exception_review": "reviewed an exception",
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
    "note": ("store_day", "receipt_gap", "row", "month", "exception"),
}

GAP_REASONS = {
    "void": "the receipt was voided at the till",
    "training": "the till was in training mode",
    "other": "another reason, in words",
    "unexplained": "takes an earlier reason back, in words",
}

LONGEST_TEXT = 2_000


class RuleBrokenError(Exception):
    """The decision may not be taken like this; the message says what is missing."""


@dataclass(frozen=True)
class Subject:
    """What a decision is about. `key` is canonical: its parts joined by bars."""

    subject_type: str
    subject_key: str
    store_id: str | None = None
    business_date: date | None = None

    @classmethod
    def store_day(cls, store_id: str, business_date: date) -> Subject:
        return cls("store_day", _key(store_id, business_date), store_id, business_date)

    @classmethod
    def receipt_gap(cls, gap: Mapping[str, Any]) -> Subject:
        """A row of finance.receipt_gaps: the stretch of numbers, not the day it was found on."""
        key = _key(
            gap["store_id"],
            gap["register_id"] or "",
            gap["receipt_series"] or "",
            gap["first_missing"],
            gap["last_missing"],
        )
        return cls("receipt_gap", key, gap["store_id"], gap["business_date"])

    @classmethod
    def row(cls, dataset: str, key: Sequence[Any], store_id: str, business_date: date) -> Subject:
        """A row of a dataset by its key columns, in the contract's order, in every version."""
        return cls("row", _key(dataset, *key), store_id, business_date)

    @classmethod
    def month(cls, first_day: date) -> Subject:
        return cls("month", f"{first_day:%Y-%m}")

    @classmethod
    def exception(
        cls, exception_id: str, store_id: str | None = None, business_date: date | None = None
    ) -> Subject:
        return cls("exception", exception_id, store_id, business_date)

    def named(self) -> dict[str, Any]:
        """The arguments of `DecisionStore.decide` that name this subject."""
        return {
            "subject_type": self.subject_type,
            "subject_key": self.subject_key,
            "store_id": self.store_id,
            "business_date": self.business_date,
        }


@dataclass(frozen=True)
class Decision:
    """One decision as it is kept. `decided_at` is UTC, without a zone."""

    decision_no: int
    decision_id: str
    decided_at: datetime
    decided_by: str
    kind: str
    subject_type: str
    subject_key: str
    store_id: str | None
    business_date: date | None
    payload: dict[str, Any]
    reason: str | None
    seen_run_id: str
    sequence_no: int

    @property
    def words(self) -> str:
        """Who did what, and when; the reason behind a colon."""
        why = f": {self.reason}" if self.reason else ""
        what = KINDS.get(self.kind, self.kind)
        return f"{self.decided_by} {what} on {self.decided_at:%Y-%m-%d at %H:%M:%S} UTC{why}"


def standing_sign_off(history: Sequence[Decision]) -> Decision | None:
    """The sign-off of a store-day that nobody took back; `history` is oldest first."""
    acts = [d for d in history if d.kind in {"sign_off", "sign_off_withdrawn"}]
    return acts[-1] if acts and acts[-1].kind == "sign_off" else None


def open_corrections(history: Sequence[Decision]) -> list[Decision]:
    """Corrections that wait for another person's approval, oldest first."""
    answered = {
        d.payload.get("correction_id")
        for d in history
        if d.kind in {"correction_approval", "correction_withdrawn"}
    }
    return [d for d in history if d.kind == "correction" and d.decision_id not in answered]


def same_person(one: str, other: str) -> bool:
    """Whether two names are the same but for capitals and spaces."""
    return " ".join(one.split()).casefold() == " ".join(other.split()).casefold()


def check(
    kind: str,
    subject_type: str,
    payload: Mapping[str, Any],
    reason: str | None,
    decided_by: str,
    seen_run_id: str,
    history: Sequence[Decision],
) -> None:
    """Raises RuleBrokenError when the decision may not be taken. `history` is its subject's."""
    if kind not in KINDS:
        raise RuleBrokenError(f"“{kind}” is no kind of decision; known are {', '.join(KINDS)}.")
    if subject_type not in SUBJECTS_OF[kind]:
        named = " or ".join(SUBJECTS_OF[kind])
        raise RuleBrokenError(f"A {kind} is about a {named}, not about a {subject_type}.")
    if not decided_by.strip():
        raise RuleBrokenError("Say who decides: sign in, or type your name in the sidebar.")
    if not seen_run_id.strip():
        raise RuleBrokenError("A decision names the figures it was taken on (their run).")
    if len(reason or "") > LONGEST_TEXT:
        raise RuleBrokenError(f"The reason is longer than {LONGEST_TEXT} characters.")
    if kind in _RULES:
        _RULES[kind](payload, (reason or "").strip(), decided_by, history)


_Rule = Callable[[Mapping[str, Any], str, str, Sequence[Decision]], None]


def _sign_off(
    payload: Mapping[str, Any], reason: str, decided_by: str, history: Sequence[Decision]
) -> None:
    blockers = payload.get("blockers")
    if not isinstance(blockers, list):
        raise RuleBrokenError("A sign-off names what stands in its way (an empty list: nothing).")
    if not blockers:
        return
    named = ", ".join(map(str, blockers))
    if not payload.get("override"):
        raise RuleBrokenError(
            f"This day cannot be signed off while {named} stand in the way. Mend them, or override"
            " with a reason."
        )
    if not reason:
        raise RuleBrokenError(f"Signing off although {named} stand in the way needs a reason.")


def _sign_off_withdrawn(
    payload: Mapping[str, Any], reason: str, decided_by: str, history: Sequence[Decision]
) -> None:
    if standing_sign_off(history) is None:
        raise RuleBrokenError("This day is not signed off; there is nothing to take back.")
    _needed(reason, "Taking a sign-off back")


def _gap_reason(
    payload: Mapping[str, Any], reason: str, decided_by: str, history: Sequence[Decision]
) -> None:
    told = payload.get("gap_reason")
    if told not in GAP_REASONS:
        raise RuleBrokenError(f"Why the numbers are missing is one of {', '.join(GAP_REASONS)}.")
    if told in {"other", "unexplained"}:
        _needed(reason, f"The gap reason “{told}”")


def _correction(
    payload: Mapping[str, Any], reason: str, decided_by: str, history: Sequence[Decision]
) -> None:
    for name in ("dataset", "file_id", "column"):
        if not payload.get(name):
            raise RuleBrokenError(f"A correction names the {name.replace('_id', '')} it is about.")
    if not payload.get("key"):
        raise RuleBrokenError("A correction names its row by the key columns.")
    if "old_value" not in payload or "new_value" not in payload:
        raise RuleBrokenError("A correction says the old value and the new one.")
    old, new = _text(payload["old_value"]), _text(payload["new_value"])
    if old == new:
        raise RuleBrokenError("The new value is the same as the old one.")
    if not readable(new, payload.get("data_type")):
        raise RuleBrokenError(
            f"“{new}” cannot be read as a {payload['data_type']} for {payload['column']}."
        )
    _needed(reason, "A correction")
    waiting = [
        d
        for d in open_corrections(history)
        if d.payload.get("column") == payload["column"]
        and d.payload.get("file_id") == payload["file_id"]
    ]
    if waiting:
        raise RuleBrokenError(
            f"A correction of {payload['column']} is waiting already ({waiting[-1].words})."
            " Approve it or take it back first."
        )


def _correction_approval(
    payload: Mapping[str, Any], reason: str, decided_by: str, history: Sequence[Decision]
) -> None:
    correction = _waiting(payload, history)
    if same_person(correction.decided_by, decided_by):
        raise RuleBrokenError(
            f"{correction.decided_by} proposed this correction; somebody else has to approve it."
        )


def _correction_withdrawn(
    payload: Mapping[str, Any], reason: str, decided_by: str, history: Sequence[Decision]
) -> None:
    correction = _named_correction(payload, history)
    gone = [
        d
        for d in history
        if d.kind == "correction_withdrawn"
        and d.payload.get("correction_id") == correction.decision_id
    ]
    if gone:
        raise RuleBrokenError(f"This correction was taken back already: {gone[-1].words}.")
    _needed(reason, "Taking a correction back")


def _month_lock(
    payload: Mapping[str, Any], reason: str, decided_by: str, history: Sequence[Decision]
) -> None:
    if not payload.get("run_id"):
        raise RuleBrokenError("A month is locked as one publish told it: name its run.")


def _exception_review(
    payload: Mapping[str, Any], reason: str, decided_by: str, history: Sequence[Decision]
) -> None:
    _needed(reason, "A review")


def _note(
    payload: Mapping[str, Any], reason: str, decided_by: str, history: Sequence[Decision]
) -> None:
    _needed(reason, "A note")


_RULES: dict[str, _Rule] = {
    "sign_off": _sign_off,
    "sign_off_withdrawn": _sign_off_withdrawn,
    "gap_reason": _gap_reason,
    "correction": _correction,
    "correction_approval": _correction_approval,
    "correction_withdrawn": _correction_withdrawn,
    "month_lock": _month_lock,
    "exception_review": _exception_review,
    "note": _note,
}


def readable(value: str | None, data_type: str | None) -> bool:
    """Whether a text can stand in a column of that type; None, and unknown types, always can."""
    if value is None or not data_type:
        return True
    family = data_type.split("(")[0]
    try:
        if family == "decimal":
            return Decimal(value).is_finite()
        if family in {"integer", "bigint"}:
            int(value)
        elif family == "date":
            date.fromisoformat(value)
        elif family == "timestamp":
            datetime.fromisoformat(value)
    except (InvalidOperation, ValueError):
        return False
    return True


def _named_correction(payload: Mapping[str, Any], history: Sequence[Decision]) -> Decision:
    wanted = payload.get("correction_id")
    for decision in history:
        if decision.kind == "correction" and decision.decision_id == wanted:
            return decision
    raise RuleBrokenError("There is no such correction of this row.")


def _waiting(payload: Mapping[str, Any], history: Sequence[Decision]) -> Decision:
    correction = _named_correction(payload, history)
    if correction not in open_corrections(history):
        answer = [d for d in history if d.payload.get("correction_id") == correction.decision_id]
        raise RuleBrokenError(f"This correction waits no more: {answer[-1].words}.")
    return correction


def _needed(reason: str, act: str) -> None:
    if not reason:
        raise RuleBrokenError(f"{act} needs a reason in words.")


def _key(*parts: Any) -> str:
    return "|".join(str(part) for part in parts)


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def payload_text(payload: Mapping[str, Any]) -> str:
    """A payload as it is kept: JSON, keys in order, dates and decimals as text."""
    return json.dumps(payload, default=str, sort_keys=True, ensure_ascii=False)
