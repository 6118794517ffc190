"""Errors made at the counter itself: the till rings them, and everybody books what it rang."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from pipelines.demo import money
from pipelines.demo.receipts import Line, Receipt
from pipelines.demo.stock import Parcel

Spoil = Callable[[Line, Random, list[Parcel]], bool]


def _priced(line: Line, net: int) -> None:
    """Another price, taxed at the same rate."""
    line.tax = round(line.tax * net / line.net)
    line.net = net


def _wrong_tax(line: Line, rng: Random, sold: list[Parcel]) -> bool:
    line.tax *= 2
    return bool(line.tax)


def _untaxed(line: Line, rng: Random, sold: list[Parcel]) -> bool:
    was, line.tax = line.tax, 0
    return bool(was)


def _too_high(line: Line, rng: Random, sold: list[Parcel]) -> bool:
    """A digit too many, or the price of another piece."""
    _priced(line, line.list_price * rng.randrange(23, 40) // 10)
    line.reason, line.is_override = "", True
    return True


def _too_low(line: Line, rng: Random, sold: list[Parcel]) -> bool:
    """Below half of the list price, never below what the piece cost."""
    _priced(line, line.list_price * 48 // 100)
    line.reason, line.is_override = "manager_price", True
    return True


def _employee_price(line: Line, rng: Random, sold: list[Parcel]) -> bool:
    _priced(line, line.list_price * 56 // 100)
    line.reason, line.is_override = "staff", False
    return True


def _below_cost(line: Line, rng: Random, sold: list[Parcel]) -> bool:
    if line.parcel is None:
        return False
    _priced(line, line.parcel.item.cost * 9 // 10)
    line.reason, line.is_override = "client_gesture", False
    return True


def _typed_by_hand(line: Line, rng: Random, sold: list[Parcel]) -> bool:
    _priced(line, line.list_price * 62 // 100)
    line.reason, line.is_override = "manager_price", True
    return True


def _two(line: Line, rng: Random, sold: list[Parcel]) -> bool:
    line.quantity, line.net, line.tax = 2, line.net * 2, line.tax * 2
    return True


def _same_again(line: Line, rng: Random, sold: list[Parcel]) -> bool:
    """The tag of a piece that was sold before."""
    if not sold:
        return False
    line.parcel = sold[0]
    line.list_price = sold[0].item.price
    line.reason, line.is_override = "", False
    _priced(line, line.list_price)
    return True


def _cash_back(receipt: Receipt, rng: Random) -> None:
    receipt.cash_back = rng.randrange(1, 4) * 20_00


def _cancelled(receipt: Receipt, rng: Random) -> None:
    receipt.status = "post_voided"


def _unpaid(receipt: Receipt, rng: Random) -> None:
    receipt.is_free = True


_HOW: dict[str, Spoil] = {
    "wrong_tax": _wrong_tax,
    "untaxed": _untaxed,
    "price_too_high": _too_high,
    "price_too_low": _too_low,
    "two_of_a_piece": _two,
    "sold_twice": _same_again,
    "employee_discount": _employee_price,
    "below_cost": _below_cost,
    "override_before_opening": _typed_by_hand,
}
_DEARER = ("price_too_high", "sold_twice")
_OF_RECEIPTS: dict[str, Callable[[Receipt, Random], None]] = {
    "negative_tender": _cash_back,
    "post_void": _cancelled,
    "gift_card_unpaid": _unpaid,
}


def spoiler(kind: str, rng: Random, sold: list[Parcel]) -> Callable[[Receipt], None] | None:
    """What spoils a receipt or its first piece, for the kinds made at the counter.

    `sold` are pieces of the place sold before that did not come back.
    """
    of_line, of_receipt = _HOW.get(kind), _OF_RECEIPTS.get(kind)
    if of_line is None and of_receipt is None:
        return None

    def spoil(receipt: Receipt) -> None:
        line = receipt.piece
        if of_receipt:
            of_receipt(receipt, rng)
            receipt.is_spoilt = True
        elif of_line and line is not None:
            if receipt.ship_to[2] and kind in _DEARER:
                return  # taxed elsewhere, at a rate that the cents of a small sum do not tell
            receipt.is_spoilt = of_line(line, rng, sold)
            if kind in _DEARER and line.tax:
                line.tax = money.tax_on(line.net, receipt.place.tax_rate)

    return spoil
