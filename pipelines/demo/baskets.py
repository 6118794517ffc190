"""What is on a receipt: pieces, units, services, and the tax each owes."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from pipelines.demo import money
from pipelines.demo.places import Place
from pipelines.demo.receipts import Line, Receipt
from pipelines.demo.stock import Parcel, Shelf

_DISCOUNTS = (("client_gesture", 5), ("friends_of_the_house", 10), ("staff", 30), ("press", 15))
_SERVICES = (60_00, 95_00, 150_00, 280_00, 450_00, 900_00)
_GIFT_CARDS = (500_00, 1_000_00, 2_500_00)
_RETURN_REASONS = ("size", "gift_not_liked", "changed_mind", "defect")


@dataclass(frozen=True, slots=True)
class Promise:
    """A sold line that its client will bring back, as it was sold."""

    receipt: Receipt
    line: Line


def tax_rate(receipt: Receipt, states: dict[str, int]) -> int:
    """Per 100,000: the place's own, or that of the state shipped to where the network owes tax."""
    if receipt.exemption:
        return 0
    state, _, country = receipt.ship_to
    if not country:
        return receipt.place.tax_rate
    return states.get(state, 0) if country == "US" else 0


def merchandise(
    receipt: Receipt,
    shelf: Shelf,
    count: int,
    rate: int,
    rng: Random,
    *,
    takes: bool,
    piece_first: bool = False,
) -> list[Line]:
    """`count` lines of goods from the shelf; `takes` says whether they really leave it.

    Fewer when the shelf has too little. Goods merely shown are named, not moved. `piece_first`:
    the first line is a serialised piece.
    """
    lines: list[Line] = []
    for number in range(count):
        parcel = _pick(shelf, rng, takes, piece=piece_first and number == 0)
        shown = {line.parcel.serial for line in lines if line.parcel and line.parcel.piece}
        if parcel is None or parcel.serial in shown:
            continue
        price, units = parcel.item.price, parcel.units
        reason, discount, override = "", 0, False
        if rng.random() < 0.11:
            reason, percent = rng.choice(_DISCOUNTS)
            discount = price * units * percent // 100
        elif rng.random() < 0.012:
            reason, override = "manager_price", True
            discount = price * units * rng.randrange(2, 9) // 100
        net = price * units - discount
        lines.append(
            Line("merchandise", units, price, net, money.tax_on(net, rate), parcel,
                 reason=reason, is_override=override)
        )  # fmt: skip
    return lines


def _pick(shelf: Shelf, rng: Random, takes: bool, *, piece: bool = False) -> Parcel | None:
    soft = [] if piece else shelf.units_in_stock(2)
    if soft and rng.random() < 0.22:
        item = rng.choice(soft)
        units = 1 if rng.random() < 0.85 else 2
        return shelf.take_units(item, units) if takes else Parcel(item, None, units)
    index = shelf.pick_piece(rng)
    if index is None:
        return None
    if takes:
        return shelf.take_piece(index)
    return Parcel(shelf.pieces[index].item, shelf.pieces[index])


def struck_out(receipt: Receipt, shelf: Shelf, rate: int, rng: Random) -> list[Line]:
    """Now and then somebody changed their mind before paying: the line stays, struck out."""
    if rng.random() > 0.03:
        return []
    lines = merchandise(receipt, shelf, 1, rate, rng, takes=False)
    on_receipt = {line.parcel.serial for line in receipt.lines if line.parcel and line.parcel.piece}
    lines = [line for line in lines if line.parcel and line.parcel.serial not in on_receipt]
    for line in lines:
        line.is_voided = True
    return lines


def service(rate: int, rng: Random, *, dear: bool = False) -> Line:
    price = _SERVICES[-1] if dear else rng.choice(_SERVICES)
    return Line("service", 1, price, price, money.tax_on(price, rate))


def gift_card(rng: Random) -> Line:
    value = rng.choice(_GIFT_CARDS)
    return Line("gift_card", 1, value, value, 0)


def deposit(rng: Random) -> Line:
    value = rng.randrange(5, 40) * 500_00
    return Line("deposit", 1, value, value, 0)


def account_payment(rng: Random) -> Line:
    value = rng.randrange(2, 30) * 250_00
    return Line("financial", 1, value, value, 0)


def brought_back(promise: Promise, place: Place, shelf: Shelf, rng: Random) -> Line:
    """The line that gives a sold line back, to the cent; the goods are on the shelf again."""
    sold = promise.line
    parcel = sold.parcel
    if parcel is None:
        raise ValueError("Only goods are brought back.")
    reason = rng.choice(_RETURN_REASONS)
    if parcel.piece:
        parcel.piece.status = "damaged" if reason == "defect" else "available"
    shelf.put(Parcel(parcel.item, parcel.piece, parcel.units))
    return Line(
        "merchandise", -sold.quantity, sold.list_price, -sold.net, -sold.tax, parcel,
        reason=sold.reason, is_override=sold.is_override,
        returns=promise.receipt.transaction_id, return_reason=reason,
        sold_by=promise.receipt.associate,
    )  # fmt: skip
