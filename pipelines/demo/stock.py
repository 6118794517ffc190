"""The true world of goods: every piece is in one place, or on its way to one."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from random import Random

from pipelines.demo import money
from pipelines.demo.assortment import Item
from pipelines.demo.places import Place
from pipelines.demo.rows import StockSnapshot

_SERIALS = 10**8
_STRIDE = 48_271_073  # coprime to _SERIALS: numbers look random and never repeat


@dataclass(slots=True, eq=False)
class Piece:
    """One serialised piece. Its status is its condition, its place is the shelf it lies on."""

    serial: str
    item: Item
    status: str = "available"


@dataclass(slots=True)
class Parcel:
    """Goods that change place together: one piece, or some units of one item."""

    item: Item
    piece: Piece | None = None
    units: int = 1

    @property
    def serial(self) -> str:
        return self.piece.serial if self.piece else ""


class Shelf:
    """What one place holds."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.pieces: list[Piece] = []
        self.units: Counter[str] = Counter()
        self._items: dict[str, Item] = {}

    def put(self, parcel: Parcel) -> None:
        if parcel.piece:
            self.pieces.append(parcel.piece)
        else:
            self._items[parcel.item.item_id] = parcel.item
            self.units[parcel.item.item_id] += parcel.units

    def take_piece(self, index: int) -> Parcel:
        """The piece at `index` leaves the shelf."""
        last = self.pieces.pop()
        piece = last
        if index < len(self.pieces):
            piece, self.pieces[index] = self.pieces[index], last
        return Parcel(piece.item, piece)

    def take_units(self, item: Item, units: int) -> Parcel:
        """Units leave the shelf; the caller has looked that they are there."""
        if self.units[item.item_id] < units:
            raise ValueError(f"{self.place.store_id} has no {units} of {item.item_id}")
        self.units[item.item_id] -= units
        return Parcel(item, None, units)

    def pick_piece(self, rng: Random) -> int | None:
        """Index of a piece a client might buy: dear ones are looked at more than bought."""
        for _ in range(12):
            if not self.pieces:
                return None
            index = rng.randrange(len(self.pieces))
            piece = self.pieces[index]
            wanted = 1.0 if piece.item.price < 10_000_00 else 0.45
            if piece.item.price >= 100_000_00:
                wanted = 0.05
            if piece.status != "damaged" and rng.random() < wanted:
                return index
        return None

    def units_in_stock(self, at_least: int = 1) -> list[Item]:
        """Items held by quantity of which there are enough."""
        return [self._items[key] for key, held in self.units.items() if held >= at_least]

    def snapshot(self, day: str, taken_at: str) -> list[StockSnapshot]:
        """Everything on the shelf, in the order of the key."""
        place = self.place
        rows = [
            StockSnapshot(
                place.store_id, piece.item.kept_in(place), piece.item.item_id, piece.serial, day,
                1, piece.status, money.written(piece.item.cost), taken_at,
            )
            for piece in self.pieces
        ]  # fmt: skip
        rows += [
            StockSnapshot(
                place.store_id, item.kept_in(place), item.item_id, "", day,
                self.units[item.item_id], "available", money.written(item.cost), taken_at,
            )
            for item in self.units_in_stock()
        ]  # fmt: skip
        rows.sort()
        return rows


class Workshop:
    """Where pieces come from: gives each its serial number, once."""

    def __init__(self, assortment: list[Item]) -> None:
        self._made = 0
        self._pieces = [item for item in assortment if item.serialized]
        self.by_units = [item for item in assortment if not item.serialized]
        self._weights = [_how_common(item) for item in self._pieces]

    def make(self, rng: Random) -> Parcel:
        item = rng.choices(self._pieces, self._weights)[0]
        self._made += 1
        number = self._made * _STRIDE % _SERIALS
        status = "display" if rng.random() < 0.15 else "available"
        return Parcel(item, Piece(f"{item.item_id[:2]}{number:08d}", item, status))


def _how_common(item: Item) -> float:
    """High jewellery is rare on any shelf."""
    return 0.25 if item.category == "high jewellery" else 1.0
