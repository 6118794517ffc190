"""One person at the till who does too often what everybody does now and then."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from pipelines.demo.chance import chance
from pipelines.demo.exports import Export
from pipelines.demo.places import Place
from pipelines.demo.rows import SalesLine, TillEvent
from pipelines.demo.selling import Day

DRAWER, STRIKES = "cashier_opens_drawer", "cashier_strikes_lines"
KINDS = (DRAWER, STRIKES)
_RULE = {DRAWER: "X4", STRIKES: "X1"}
_DATASET = {DRAWER: "till_events", STRIKES: "sales_lines"}
_LEAST_DAYS = 20  # of a month: fewer receipts than thirty say nothing of anybody
_HOW_OFTEN = 0.5  # of the person's receipts


@dataclass(frozen=True, slots=True)
class _Habit:
    """What somebody does throughout a month."""

    kind: str
    store_id: str
    employee_id: str
    month: date


class Cashiers:
    """Does the deeds, day after day, and labels the month they fall in."""

    def __init__(self, seed: int, full_time: dict[str, str], first: date, until: date) -> None:
        self._seed = seed
        self._done: Counter[_Habit] = Counter()
        self._at: dict[str, _Habit] = {}
        month = _fullest_month(first, until)
        stores = list(full_time)[: len(KINDS)]  # the busiest come first
        if month and len(stores) == len(KINDS):
            for kind, store_id in zip(KINDS, stores, strict=True):
                self._at[store_id] = _Habit(kind, store_id, full_time[store_id], month)

    def act(self, place: Place, exports: dict[str, Export], day: Day) -> None:
        """What the person of the place does on a day."""
        habit = self._at.get(place.store_id)
        if habit is None or not day.receipts:
            return
        if day.receipts[0].at.date().replace(day=1) != habit.month:
            return
        for receipt in day.receipts:
            rng = chance(self._seed, habit.kind, receipt.transaction_id)
            if receipt.operator != habit.employee_id or rng.random() > _HOW_OFTEN:
                continue
            if habit.kind == DRAWER:
                day.events.append(
                    TillEvent(
                        event_id=f"{receipt.transaction_id}-NS",
                        store_id=place.store_id,
                        register_id=receipt.register_id,
                        business_date=receipt.at.date().isoformat(),
                        occurred_at=place.stamp(receipt.at + timedelta(minutes=1)),
                        event_type="drawer_opened",
                        operator_id=habit.employee_id,
                        reason="change for a note",
                    )
                )
                self._done[habit] += 1
            elif receipt.counts and not receipt.is_withheld:
                self._done[habit] += _struck(exports["sales_lines"], receipt.transaction_id)

    def labels(self) -> Iterator[dict[str, Any]]:
        """An entry of the truth for each person."""
        for habit, count in self._done.items():
            yield {
                "kind": habit.kind,
                "dataset": _DATASET[habit.kind],
                "store_id": habit.store_id,
                "business_date": habit.month.isoformat(),
                "file_name": None,
                "employee_id": habit.employee_id,
                "count": count,
                "expected": [
                    {
                        "table": "kpi.exceptions",
                        "key": {
                            "rule_id": _RULE[habit.kind],
                            "store_id": habit.store_id,
                            "employee_id": habit.employee_id,
                            "period_start": habit.month.isoformat(),
                        },
                        "values": {"is_flagged": True},
                    }
                ],
            }


def _fullest_month(first: date, until: date) -> date | None:
    """The month with most days of the period, if it has enough."""
    days = Counter((first + timedelta(days=n)).replace(day=1) for n in range((until - first).days))
    [(month, count)] = days.most_common(1) or [(first, 0)]
    return month if count >= _LEAST_DAYS else None


def _struck(export: Export, transaction_id: str) -> int:
    """The first line once more, struck out, without the piece's number."""
    rows: list[SalesLine] = list(export.rows)
    of_receipt = [i for i, row in enumerate(rows) if row.transaction_id == transaction_id]
    if not of_receipt:
        return 0
    last = rows[of_receipt[-1]]
    like = rows[of_receipt[0]]
    if like.quantity < 0:
        return 0
    struck = like._replace(
        line_number=last.line_number + 1, serial_number="", is_voided_line="true"
    )
    rows.insert(of_receipt[-1] + 1, struck)
    export.rows = rows
    return 1
