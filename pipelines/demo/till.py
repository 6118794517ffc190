"""Tills: receipt numbers that never skip, and what each declares when it is closed."""

from __future__ import annotations

from collections import Counter
from random import Random

from pipelines.demo import money
from pipelines.demo.places import Place
from pipelines.demo.receipts import Receipt
from pipelines.demo.rows import TillClosing
from pipelines.demo.trading import Hours

_FLOAT = 500_00
_PETTY_CASH = 0.03


class Till:
    """One register. Numbers run on day after day and start again at 1 with the year's series."""

    def __init__(self, place: Place, register_id: str, rng: Random) -> None:
        self.place = place
        self.register_id = register_id
        self._series = ""
        self._next = rng.randrange(120, 900)
        self._z = rng.randrange(200, 2000)
        self._first: int | None = None
        self._last: int | None = None
        self._count = 0
        self._taken: Counter[str] = Counter()

    def number(self, year: int) -> tuple[str, int]:
        """Series and number of the next receipt."""
        series = str(year)
        if self._series and series != self._series:
            self._next = 1
        self._series = series
        number, self._next = self._next, self._next + 1
        self._first = number if self._first is None else self._first
        self._last = number
        self._count += 1
        return series, number

    def take(self, receipt: Receipt) -> None:
        """The receipt's payments go into the drawer and the totals."""
        if receipt.counts:
            for payment in receipt.payments:
                self._taken[payment.kind] += payment.worth

    def close(self, hours: Hours, rng: Random) -> list[TillClosing]:
        """The Z of the day: one row per means of payment, cash always among them.

        What is over the float goes to the bank; what it lacks comes from the safe.
        """
        self._z += 1
        place = self.place
        self._taken.setdefault("cash", 0)
        paid_out = rng.randrange(12_00, 60_00, 25) if rng.random() < _PETTY_CASH else 0
        left = self._taken["cash"] - paid_out
        rows = []
        for kind in sorted(self._taken):
            taken = self._taken[kind]
            cash = kind == "cash"
            rows.append(
                TillClosing(
                    store_id=place.store_id,
                    register_id=self.register_id,
                    z_number=f"{self._z:05d}",
                    tender_type=kind,
                    business_date=hours.opens.date().isoformat(),
                    closing_status="final",
                    opened_at=place.stamp(hours.opens),
                    closed_at=place.stamp(hours.closes),
                    first_receipt_number="" if self._first is None else self._first,
                    last_receipt_number="" if self._last is None else self._last,
                    transaction_count=self._count,
                    opening_float=money.written(_FLOAT) if cash else "",
                    declared_amount=money.written(taken),
                    counted_amount=money.written(max(left, 0) + _FLOAT if cash else taken),
                    paid_in=money.written(max(-left, 0)) if cash else "",
                    paid_out=money.written(paid_out) if cash else "",
                    banked_amount=money.written(max(left, 0)) if cash else "",
                )
            )
        self._first = self._last = None
        self._count = 0
        self._taken = Counter()
        return rows
