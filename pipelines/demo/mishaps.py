"""How each fault of stock comes about on an ordinary day: found in what happened, or made.

Every function looks at one place's day and returns the parcels amiss, or nothing where the day
does not fit. What it does to the world (a piece set aside, a receipt never brought back) it does
whether or not the exports will tell of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from pipelines.demo.away import CONSIGNMENT, REPAIR
from pipelines.demo.rows import StockMovement
from pipelines.demo.stock import Parcel, Piece
from pipelines.demo.stock_scene import Scene
from pipelines.demo.twists import Fault, Twist, paired

_TRIES = 60


Mishap = Callable[[Scene], list[Twist]]


def true_loss(scene: Scene) -> list[Twist]:
    """A piece, or a unit of what is held by quantity, is gone; nobody knows why."""
    units = [one for one in scene.shelf.units_in_stock(3) if scene.is_plain(one)]
    pieces = scene.free()
    parcel = None
    if units and (not pieces or scene.rng.random() < 0.2):
        parcel = Parcel(scene.rng.choice(units))
        scene.shelf.set_aside(parcel)
    elif pieces:
        parcel = scene.aside(scene.rng.choice(pieces))
    if parcel is None:
        return []
    fault = scene.fault("true_loss")
    return [scene.twist(fault, parcel, "missing", there=-1, adjust=-1)]


def _other_left(scene: Scene, kind: str, same: bool) -> list[Twist]:
    """The receipt names one piece, the client went home with another."""
    for receipt, line, sold in scene.sold():
        others = [
            one
            for one in scene.free()
            if (one.item is sold.item) == same
            and one.item.category == sold.item.category
            and sold.item.price <= 2 * one.item.price <= 4 * sold.item.price
        ]
        if others:
            scene.never_back(scene.index, line)
            fault = scene.fault(kind, receipt.transaction_id)
            gone = scene.aside(scene.rng.choice(others))
            return paired(
                scene.twist(fault, sold, "sold_still_present", there=1, adjust=1),
                scene.twist(fault, gone, "missing_explained", there=-1, adjust=-1),
            )
    return []


def serial_swap(scene: Scene) -> list[Twist]:
    """Two pieces of one reference: the other one was sold."""
    return _other_left(scene, "serial_swap", same=True)


def item_swap(scene: Scene) -> list[Twist]:
    """The label of another reference was scanned at the sale."""
    return _other_left(scene, "item_swap", same=False)


def sold_still_present(scene: Scene) -> list[Twist]:
    """Paid for, and left here; collected after the count."""
    for receipt, line, sold in scene.sold():
        scene.never_back(scene.index, line)
        fault = scene.fault("sold_still_present", receipt.transaction_id)
        return [scene.twist(fault, sold, "sold_still_present", there=1, vanishes=True)]
    return []


def unposted_sale(scene: Scene) -> list[Twist]:
    """The receipt sold it, the stock was never told."""
    for receipt, line, sold in scene.sold():
        scene.never_back(scene.index, line)
        fault = scene.fault("unposted_sale", receipt.transaction_id)
        scene.withheld.append(scene.row("sale", sold.serial, receipt.transaction_id))
        return [scene.twist(fault, sold, "missing_explained", booked=1, adjust=-1)]
    return []


def unposted_return(scene: Scene) -> list[Twist]:
    """The receipt took it back, the stock was never told."""
    for receipt in scene.receipts:
        for line in receipt.lines if receipt.counts else ():
            parcel = line.parcel
            if not line.returns or parcel is None or parcel.piece not in scene.free():
                continue
            fault = scene.fault("unposted_return", receipt.transaction_id)
            scene.withheld.append(scene.row("sale_return", parcel.serial, receipt.transaction_id))
            back = scene.aside(parcel.piece)
            return [scene.twist(fault, back, "sold_still_present", booked=-1, adjust=1, frees=True)]
    return []


def _arrived(scene: Scene) -> Iterator[tuple[StockMovement, Piece]]:
    """Pieces that came from the warehouse this morning and are still here."""
    here = {piece.serial: piece for piece in scene.free()}
    warehouse = scene.supply.shelves[-1].place.store_id
    for row in scene.rows:
        is_supply = row.movement_type == "transfer_in" and row.counterpart_store_id == warehouse
        if is_supply and row.serial_number in here:
            yield row, here[row.serial_number]


def misdirected_transfer(scene: Scene) -> list[Twist]:
    """Shipped to this place, unpacked in another; this one received the box without looking."""
    for row, piece in _arrived(scene):
        there = scene.elsewhere(Parcel(piece.item, piece))
        if there is None:
            continue
        parcel = scene.aside(piece)
        fault = scene.fault("misdirected_transfer", row.transfer_id)
        fault.ends = max(fault.ends, there[1])
        found = Twist(fault, there[0], parcel, "wrong_store", there=1, adjust=1)
        if scene.rng.random() < 0.4:  # it looked, and received nothing: still on its way
            scene.withheld.append(row)
            lacks = scene.twist(fault, parcel, "", booked=-1, there=-1)
            lacks.is_over = True
            return [found, lacks]
        return paired(
            found,
            scene.twist(fault, parcel, "missing_explained", there=-1, adjust=-1),
        )
    return []


def unreceived_transfer(scene: Scene) -> list[Twist]:
    """It lies here; its arrival is posted after the count."""
    for row, piece in _arrived(scene):
        fault = scene.fault("unreceived_transfer", row.transfer_id)
        return [_late(scene, fault, row, scene.aside(piece), "in_transit_found")]
    return []


def unposted_receipt(scene: Scene) -> list[Twist]:
    """A supplier delivered to the boutique; the goods are booked after the count."""
    for _ in range(_TRIES):
        parcel = scene.workshop.make(scene.rng)
        if parcel.piece and parcel.piece.status == "available" and scene.is_plain(parcel.item):
            break
    else:
        return []
    scene.shelf.put(parcel)
    document = f"GR-{scene.place.store_id}-{scene.day:%y%m%d}"
    row = scene.supply.movement(document, 1, "receipt", scene.place, parcel, 1, scene.at, scene.rng)
    scene.rows.append(row)
    fault = scene.fault("unposted_receipt", document)
    aside = scene.aside(parcel.piece)
    return [_late(scene, fault, row, aside, "unexpected")]


def _late(scene: Scene, fault: Fault, row: StockMovement, parcel: Parcel, outcome: str) -> Twist:
    """Here since today, in the book since the fault ended."""
    scene.withheld.append(row)
    return scene.twist(fault, parcel, outcome, booked=-1, late=row, frees=True)


def _open(scene: Scene, kind: str, found: str) -> list[Twist]:
    """Away while the book has it here, or back while the book has it away."""
    name = f"open_{kind}"
    lying = [
        memo
        for memo in scene.away.memos.get(scene.index, [])
        if memo.kind == kind and memo.out < scene.day and not memo.is_faulty
        and scene.fits(memo.parcel.item)
    ]  # fmt: skip
    if lying and scene.rng.random() < 0.5:
        memo = scene.rng.choice(lying)
        memo.is_faulty, memo.back = True, scene.ends
        fault = scene.fault(name, memo.number)
        return [scene.twist(fault, memo.parcel, found, there=1, has_memo=True)]
    pieces = scene.free()
    if not pieces:
        return []
    piece = scene.rng.choice(pieces)
    memo, row = scene.away.go(
        kind, scene.index, scene.place, Parcel(piece.item, piece), scene.day, scene.at, scene.rng
    )
    memo.is_faulty, memo.back = True, scene.ends
    scene.rows.append(row)
    scene.withheld.append(row)
    fault = scene.fault(name, memo.number)
    return [scene.twist(fault, memo.parcel, "missing_explained", booked=1, has_memo=True)]


def open_repair(scene: Scene) -> list[Twist]:
    """A house piece at the workshop, with an order that the book does not follow."""
    return _open(scene, REPAIR, "repair_found")


def open_consignment(scene: Scene) -> list[Twist]:
    """A piece on memo that the book does not follow."""
    return _open(scene, CONSIGNMENT, "consignment_found")
