"""How money reaches the bank: card operations settled days later, cash carried there in bags."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from pipelines.demo import bank_days, money
from pipelines.demo.chance import chance
from pipelines.demo.places import CURRENCY, Place
from pipelines.demo.receipts import Payment, Receipt
from pipelines.demo.rows import BankDeposit, CardSettlement, TillClosing


class _Scheme(NamedTuple):
    """What one kind of card costs, and how many bank days it takes to settle."""

    name: str
    weight: int
    fee_rate: int  # per 100,000
    fee: int  # cents an operation
    lags: tuple[int, ...]


# Lags of domain research: debit T+1, most cards T+1 to T+2, Amex T+2 to T+3 and paid out apart.
_SCHEMES = (
    _Scheme("VI", 45, 1_950, 10, (1, 1, 1, 2)),
    _Scheme("MC", 20, 2_000, 10, (1, 1, 2)),
    _Scheme("AX", 24, 2_750, 10, (2, 3)),
    _Scheme("DB", 7, 50, 22, (1,)),
    _Scheme("DI", 4, 2_100, 10, (1, 2)),
)
_KEEPS_THE_CODE = 0.02  # operations settled without their authorisation code
_RUNS = ((0, 1, 2, 3, 4), (0, 2, 4))  # weekdays on which a boutique's bags are fetched


@dataclass(slots=True)
class Operation:
    """A card operation on its way through the processor. Cents."""

    settlement_id: str
    store_id: str
    authorization: str
    card: str
    captured_on: date
    gross: int
    fee: int
    settles_on: date
    scheme: str

    def row(self) -> CardSettlement:
        payout = f"PO-{self.store_id}-{self.settles_on:%Y%m%d}"
        return CardSettlement(
            self.settlement_id, self.store_id, self.authorization, self.card,
            self.captured_on.isoformat(), money.written(self.gross), money.written(self.fee),
            money.written(self.gross - self.fee), self.settles_on.isoformat(),
            f"{payout}-AX" if self.scheme == "AX" else payout, CURRENCY,
        )  # fmt: skip


@dataclass(slots=True)
class Bag:
    """The cash of a store-day on its way to the bank. Cents; `credits_on` None: never."""

    deposit_id: str
    store_id: str
    day: date
    amount: int
    credited: int
    credits_on: date | None

    def row(self, today: date) -> BankDeposit:
        """As it is known at the end of `today`."""
        has_come = self.credits_on is not None and self.credits_on <= today
        return BankDeposit(
            self.deposit_id, self.store_id, self.day.isoformat(), money.written(self.amount),
            self.credits_on.isoformat() if has_come and self.credits_on else "",
            money.written(self.credited) if has_come else "", CURRENCY,
        )  # fmt: skip


def operation(receipt: Receipt, number: int, payment: Payment, seed: int) -> Operation:
    """What the processor makes of a card payment; a refund is a credit of its own, free of fees."""
    rng = chance(seed, "settlement", receipt.transaction_id, number)
    scheme = rng.choices(_SCHEMES, [one.weight for one in _SCHEMES])[0]
    gross, captured_on = payment.worth, receipt.at.date()
    loses_code = rng.random() < _KEEPS_THE_CODE
    return Operation(
        settlement_id=f"PSP{rng.randrange(10**15):015d}",
        store_id=receipt.place.store_id,
        authorization="" if loses_code else payment.authorization,
        card=payment.card,
        captured_on=captured_on,
        gross=gross,
        fee=money.tax_on(gross, scheme.fee_rate) + scheme.fee if gross > 0 else 0,
        settles_on=bank_days.after(captured_on, rng.choice(scheme.lags)),
        scheme=scheme.name,
    )


def operations(receipts: Iterable[Receipt], seed: int) -> list[Operation]:
    """Card payments of the day. One cancelled before the batch was sent never reaches anybody."""
    return [
        operation(receipt, number, payment, seed)
        for receipt in receipts
        if receipt.counts
        for number, payment in enumerate(receipt.payments, 1)
        if payment.kind == "card"
    ]


def settled(operations: Iterable[Operation], payment: Payment) -> Operation:
    """The operation of a card payment of the day."""
    return next(one for one in operations if (one.card, one.gross) == (payment.card, payment.worth))


def bag(place: Place, day: date, closings: Iterable[TillClosing], seed: int) -> Bag | None:
    """What the tills of the day set aside for the bank; None when that is nothing."""
    amount = sum(money.read(row.banked_amount) for row in closings)
    if not amount:
        return None
    rng = chance(seed, "bag", place.store_id, day)
    runs = _RUNS[place.tickets_a_day < 4]
    fetched = bank_days.after(day, 1)
    while fetched.weekday() not in runs:
        fetched = bank_days.after(fetched, 1)
    waits = 2 if len(runs) == 5 and rng.random() < 0.3 else 1
    return Bag(
        f"BAG-{place.store_id}-{day:%y%m%d}", place.store_id, day, amount, amount,
        bank_days.after(fetched, waits),
    )  # fmt: skip


class Bank:
    """What is under way, and what comes to light on which day."""

    def __init__(self) -> None:
        self._operations: dict[date, list[Operation]] = defaultdict(list)
        self._credits: dict[date, list[Bag]] = defaultdict(list)
        self._new_bags: list[Bag] = []

    def take(self, operations: Iterable[Operation], bag: Bag | None) -> None:
        for one in operations:
            self._operations[one.settles_on].append(one)
        if bag:
            self._new_bags.append(bag)
            if bag.credits_on:
                self._credits[bag.credits_on].append(bag)

    def settled(self, day: date) -> list[CardSettlement]:
        """Operations that the processor settled on the day."""
        return [one.row() for one in self._operations.pop(day, [])]

    def deposits(self, day: date) -> list[BankDeposit]:
        """Bags made on the day, and those credited on it."""
        bags, self._new_bags = self._new_bags, []
        return [one.row(day) for one in [*bags, *self._credits.pop(day, [])]]
