"""Rules about corrections: one value of one row, by two people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from dashboards.decisions.rules.acts import Decision, Proposal, RuleBrokenError, same_person


def open_corrections(history: Sequence[Decision]) -> list[Decision]:
    """Corrections that wait for another person's approval, oldest first."""
    answered = {
        d.payload.get("correction_id")
        for d in history
        if d.kind in {"correction_approval", "correction_withdrawn"}
    }
    return [d for d in history if d.kind == "correction" and d.decision_id not in answered]


def correction(proposed: Proposal) -> None:
    payload = proposed.payload
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
    proposed.needs_reason("A correction")
    waiting = [
        d
        for d in open_corrections(proposed.history)
        if d.payload.get("column") == payload["column"]
        and d.payload.get("file_id") == payload["file_id"]
    ]
    if waiting:
        raise RuleBrokenError(
            f"A correction of {payload['column']} is waiting already ({waiting[-1].words})."
            " Approve it or take it back first."
        )


def correction_approval(proposed: Proposal) -> None:
    waiting = _waiting(proposed.payload, proposed.history)
    if same_person(waiting.decided_by, proposed.decided_by):
        raise RuleBrokenError(
            f"{waiting.decided_by} proposed this correction; somebody else has to approve it."
        )


def correction_withdrawn(proposed: Proposal) -> None:
    named = _named_correction(proposed.payload, proposed.history)
    gone = [
        d
        for d in proposed.history
        if d.kind == "correction_withdrawn" and d.payload.get("correction_id") == named.decision_id
    ]
    if gone:
        raise RuleBrokenError(f"This correction was taken back already: {gone[-1].words}.")
    proposed.needs_reason("Taking a correction back")


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
    named = _named_correction(payload, history)
    if named not in open_corrections(history):
        answer = [d for d in history if d.payload.get("correction_id") == named.decision_id]
        raise RuleBrokenError(f"This correction waits no more: {answer[-1].words}.")
    return named


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
