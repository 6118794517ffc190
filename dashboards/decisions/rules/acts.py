"""What a decision is: its subject, how it is kept, and how it is proposed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from dashboards.decisions.rules.kinds import KINDS


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

    @classmethod
    def discrepancy(cls, row: Mapping[str, Any]) -> Subject:
        """A row of inventory.stock_discrepancies: what one count saw of one piece or item."""
        return cls("discrepancy", row["discrepancy_id"], row["store_id"], row["counted_on"])

    @classmethod
    def count(cls, count_id: str, store_id: str) -> Subject:
        return cls("count", count_id, store_id)

    @classmethod
    def stock_take(cls, store_id: str, fiscal_year: int) -> Subject:
        """The one campaign of a store and fiscal year."""
        return cls("stock_take", _key(store_id, fiscal_year), store_id)

    @classmethod
    def store(cls, store_id: str) -> Subject:
        return cls("store", store_id, store_id)

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


@dataclass(frozen=True)
class Act:
    """One decision to be taken. `seen_sequence_no`: the newest act on the subject seen (0)."""

    kind: str
    subject: Subject
    payload: Mapping[str, Any] = field(default_factory=dict)
    seen_sequence_no: int = 0


@dataclass(frozen=True)
class Proposal:
    """An act as a rule sees it: by whom, why, what was decided on its subject before.

    `together` holds the keys of all subjects that are decided in the same step.
    """

    payload: Mapping[str, Any]
    reason: str
    decided_by: str
    history: Sequence[Decision]
    together: frozenset[str] = frozenset()

    def needs_reason(self, act: str) -> None:
        """Raises RuleBrokenError when nobody said why."""
        if not self.reason:
            raise RuleBrokenError(f"{act} needs a reason in words.")


def same_person(one: str, other: str) -> bool:
    """Whether two names are the same but for capitals and spaces."""
    return " ".join(one.split()).casefold() == " ".join(other.split()).casefold()


def payload_text(payload: Mapping[str, Any]) -> str:
    """A payload as it is kept: JSON, keys in order, dates and decimals as text."""
    return json.dumps(payload, default=str, sort_keys=True, ensure_ascii=False)


def _key(*parts: Any) -> str:
    return "|".join(str(part) for part in parts)
