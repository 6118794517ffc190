"""One place's day, as those look at it who bring a fault of stock about."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from random import Random

from pipelines.demo.assortment import Item
from pipelines.demo.away import Away
from pipelines.demo.counting import Count
from pipelines.demo.places import Place
from pipelines.demo.receipts import Line, Receipt
from pipelines.demo.rows import StockMovement
from pipelines.demo.stock import Parcel, Piece, Shelf, Workshop
from pipelines.demo.supply import Supply
from pipelines.demo.twists import Fault, Twist


@dataclass(slots=True)
class Scene:
    """One place's day, before a count that is to find something."""

    index: int
    place: Place
    day: date
    at: datetime
    count: Count
    ends: date
    receipts: list[Receipt]
    rows: list[StockMovement]  # as the world moved
    busy: set[str]  # items of which one is amiss
    away_too: set[str]  # items that something else could explain
    rng: Random
    supply: Supply
    away: Away
    workshop: Workshop
    never_back: Callable[[int, Line], None]
    elsewhere: Callable[[Parcel], tuple[int, date] | None]  # another place that will count it
    withheld: list[StockMovement]

    @property
    def shelf(self) -> Shelf:
        return self.supply.shelves[self.index]

    def fits(self, item: Item) -> bool:
        return item.item_id not in self.busy and self.count.covers(self.place, item)

    def is_plain(self, item: Item) -> bool:
        """Whether nothing but the fault will tell of the item."""
        return self.fits(item) and item.item_id not in self.away_too

    def free(self) -> list[Piece]:
        """Pieces the count will look for."""
        return [
            one
            for one in self.shelf.pieces
            if one.status == "available" and self.is_plain(one.item)
        ]

    def aside(self, piece: Piece) -> Parcel:
        parcel = Parcel(piece.item, piece)
        self.shelf.set_aside(parcel)
        return parcel

    def sold(self) -> Iterator[tuple[Receipt, Line, Parcel]]:
        """Pieces sold today for good."""
        for receipt in self.receipts:
            for line in receipt.lines if receipt.counts else ():
                parcel = line.parcel
                is_sold = line.quantity > 0 and not line.is_voided and not line.comes_back
                if is_sold and parcel and parcel.piece and self.is_plain(parcel.item):
                    yield receipt, line, parcel

    def fault(self, kind: str, *documents: str) -> Fault:
        return Fault(kind, self.day, self.ends, list(documents))

    def twist(self, fault: Fault, parcel: Parcel, outcome: str, **more: object) -> Twist:
        return Twist(fault, self.index, parcel, outcome, **more)  # type: ignore[arg-type]

    def row(self, kind: str, serial: str, document: str = "") -> StockMovement:
        """The movement of a piece today."""
        return next(
            row
            for row in self.rows
            if (row.movement_type, row.serial_number) == (kind, serial)
            and document in ("", row.source_transaction_id)
        )
