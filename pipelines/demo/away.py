"""Goods that leave a boutique and are to come back: on memo, at the workshop; and pieces on hold.

Clients' own pieces come in for care as well: they are in the boutique, and are not its stock.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from pipelines.demo import money
from pipelines.demo.assortment import Item
from pipelines.demo.chance import chance
from pipelines.demo.people import Clients
from pipelines.demo.places import Place
from pipelines.demo.rows import StockMovement
from pipelines.demo.stock import Parcel
from pipelines.demo.stock_rows import Consignment, Repair
from pipelines.demo.supply import Supply

CONSIGNMENT, REPAIR = "consignment", "repair"
_A_DAY = {CONSIGNMENT: 0.06, REPAIR: 0.035}
_CARE_A_DAY, _HOLDS_A_DAY = 0.08, 0.07
_PARTNERS = ("Studio Lumen Pictures", "Gala of the Two Rivers", "Quarterly of Fine Things")
_NEVER = date.max
_LEAST = 12  # pieces a boutique keeps


@dataclass(slots=True, eq=False)
class Memo:
    """A piece of the house that is away. `back` is the day its return is posted."""

    kind: str
    number: str
    parcel: Parcel
    out: date
    due: date
    back: date
    holder: str  # a client's number; empty: a partner
    partner: str = ""
    is_faulty: bool = False

    def row(self, place: Place, returned: str) -> Consignment | Repair:
        item, out = self.parcel.item, self.out.isoformat()
        if self.kind == CONSIGNMENT:
            return Consignment(
                self.number, place.store_id, item.item_id, self.parcel.serial, self.holder,
                self.partner, out, self.due.isoformat(), returned, money.written(item.price),
                "false" if self.number.endswith("7") else "true",
            )  # fmt: skip
        return Repair(
            self.number, place.store_id, "", item.item_id, self.parcel.serial, "house", out,
            self.due.isoformat(), out, returned, "", "closed" if returned else "at the workshop",
        )  # fmt: skip


@dataclass(slots=True)
class Care:
    """A client's piece taken in: to the workshop, back, and collected."""

    row: Repair
    sent: date
    back: date
    collected: date

    def is_here(self, day: date) -> bool:
        return date.fromisoformat(self.row.received_on) < day < self.sent or (
            self.back < day < self.collected
        )


class Away:
    """What is away from each place, day after day."""

    def __init__(self, seed: int, supply: Supply, clients: Clients, items: list[Item]) -> None:
        self._seed = seed
        self._supply = supply
        self._clients = clients
        self._pieces = [item for item in items if item.serialized]
        self._numbers = 0
        self.memos: dict[int, list[Memo]] = {}
        self.care: dict[int, list[Care]] = {}
        self._holds: dict[int, list[tuple[date, Parcel]]] = {}
        self.consignments: list[Consignment] = []
        self.repairs: list[Repair] = []

    def morning(
        self, index: int, place: Place, day: date, at: datetime, quiet: bool
    ) -> tuple[list[StockMovement], list[Memo]]:
        """What goes and comes, and what came back. Nothing faulty comes back on a loud day."""
        rng = chance(self._seed, "away", place.store_id, day)
        is_first = index not in self.memos
        rows: list[StockMovement] = []
        held = self.memos.setdefault(index, [])
        back = [one for one in held if one.back <= day and (quiet or not one.is_faulty)]
        for memo in back:
            held.remove(memo)
            rows.append(self._come_back(index, place, memo, day, at, rng))
        self._hold(index, day, rng)
        self._take_in(index, place, day, rng, is_first)
        for kind, rate in _A_DAY.items():
            piece = self.choose(index, rng) if rng.random() < rate or is_first else None
            if piece:
                memo, row = self.go(kind, index, place, piece, day, at, rng)
                if is_first and index % 2 == 0:
                    memo.back = _NEVER
                rows.append(row)
        return rows, back

    def choose(self, index: int, rng: Random) -> Parcel | None:
        shelf = self._supply.shelves[index]
        free = [piece for piece in shelf.pieces if piece.status == "available"]
        if len(free) < _LEAST:
            return None
        piece = rng.choice(free)
        return Parcel(piece.item, piece)

    def go(
        self, kind: str, index: int, place: Place, parcel: Parcel, day: date, at: datetime,
        rng: Random,
    ) -> tuple[Memo, StockMovement]:  # fmt: skip
        """The piece leaves, with a memo or an order."""
        shelf = self._supply.shelves[index]
        shelf.take_piece(shelf.pieces.index(parcel.piece))  # type: ignore[arg-type]
        self._numbers += 1
        due = day + timedelta(days=rng.randrange(6, 22))
        late = rng.choices((-3, 0, 8, None), (40, 15, 25, 20))[0]
        back = _NEVER if late is None else max(due + timedelta(days=late), day + timedelta(days=3))
        with_client = kind == CONSIGNMENT and rng.random() < 0.7
        memo = Memo(
            kind, f"{kind[0].upper()}M{self._numbers:06d}", parcel, day, due, back,
            self._clients.somebody(index, day, rng).client_id if with_client else "",
            "" if with_client or kind == REPAIR else rng.choice(_PARTNERS),
        )  # fmt: skip
        self.memos[index].append(memo)
        self._tell(memo, place, "")
        out = self._supply.movement(
            f"{memo.number}-OUT", 1, f"{kind}_out", place, parcel, -1, at, rng
        )
        return memo, out

    def _come_back(
        self, index: int, place: Place, memo: Memo, day: date, at: datetime, rng: Random
    ) -> StockMovement:
        self._supply.shelves[index].put(memo.parcel)
        self._tell(memo, place, day.isoformat())
        return self._supply.movement(
            f"{memo.number}-IN", 1, f"{memo.kind}_return", place, memo.parcel, 1, at, rng
        )

    def _tell(self, memo: Memo, place: Place, returned: str) -> None:
        row = memo.row(place, returned)
        if isinstance(row, Consignment):
            self.consignments.append(row)
        else:
            self.repairs.append(row)

    def _hold(self, index: int, day: date, rng: Random) -> None:
        """Pieces kept for a client who thinks it over: on the shelf, and not for sale."""
        shelf = self._supply.shelves[index]
        for until, parcel in self._holds.setdefault(index, []):
            if until <= day and parcel.piece:
                parcel.piece.status = "available"
                shelf.put_back(parcel)
        kept = [one for one in self._holds[index] if one[0] > day]
        held = self.choose(index, rng) if rng.random() < _HOLDS_A_DAY else None
        if held and held.piece and shelf.set_aside(held):
            held.piece.status = "reserved"
            kept.append((day + timedelta(days=rng.randrange(2, 12)), held))
        self._holds[index] = kept

    def _take_in(self, index: int, place: Place, day: date, rng: Random, is_first: bool) -> None:
        """Clients' pieces: sold long ago, known by numbers older than the network's."""
        held = self.care.setdefault(index, [])
        for care in held:
            self.repairs += _news(care, day)
        self.care[index] = [care for care in held if care.collected > day]
        if rng.random() > _CARE_A_DAY and not is_first:
            return
        self._numbers += 1
        item = rng.choice(self._pieces)
        sent = day + timedelta(days=rng.randrange(1, 6))
        back = sent + timedelta(days=rng.randrange(6, 25))
        row = Repair(
            f"CR{self._numbers:06d}", place.store_id,
            self._clients.somebody(index, day, rng).client_id, item.item_id,
            f"{item.item_id[:2]}{rng.randrange(10**7):07d}", "client", day.isoformat(),
            (back + timedelta(days=rng.randrange(-2, 6))).isoformat(), "", "", "", "received",
        )  # fmt: skip
        self.repairs.append(row)
        collected = back + timedelta(days=rng.randrange(1, 25))
        self.care[index].append(Care(row, sent, back, collected))

    def items(self, index: int) -> set[str]:
        """Items of which the place has one away, or a client's in care."""
        away = {memo.parcel.item.item_id for memo in self.memos.get(index, [])}
        return away | {care.row.item_id for care in self.care.get(index, [])}

    def told(self) -> dict[str, list]:
        """The rows of memos and orders that changed today."""
        rows: dict[str, list] = {"consignments": self.consignments, "repairs": self.repairs}
        self.consignments, self.repairs = [], []
        return rows


def _news(care: Care, day: date) -> Iterator[Repair]:
    """What changed about a client's piece since it was last told of."""
    before = care.row
    for column, when, status in (
        ("sent_on", care.sent, "at the workshop"),
        ("returned_on", care.back, "ready"),
        ("collected_on", care.collected, "closed"),
    ):
        if when <= day and not getattr(care.row, column):
            care.row = care.row._replace(**{column: when.isoformat(), "status": status})
    if care.row is not before:
        yield care.row
