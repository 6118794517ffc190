"""How goods reach the boutiques: suppliers, the warehouse, transfers and goods sent back."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from pipelines.demo import money
from pipelines.demo.chance import chance
from pipelines.demo.people import Staff
from pipelines.demo.places import BOUTIQUE, Place
from pipelines.demo.rows import StockMovement
from pipelines.demo.stock import Parcel, Shelf, Workshop
from pipelines.demo.trading import closed_because, hours, next_open_day, season

_CARRIERS = ("Sealed Van Lines", "Night Courier Secure")
_TWO_PERSONS_FROM = 100_000_00
_UNITS_IN_BOUTIQUE = 6


@dataclass(slots=True)
class Transfer:
    """Goods on the road."""

    number: str
    origin: Place
    target: int
    parcels: list[Parcel]
    carrier: str
    tracking: str
    expected: date


class Supply:
    """Moves goods between places; every change of a shelf is a movement row."""

    def __init__(
        self, seed: int, places: list[Place], workshop: Workshop, staff: Staff, until: date
    ) -> None:
        self._seed = seed
        self._places = places
        self._workshop = workshop
        self._staff = staff
        self._until = until
        self._warehouse = len(places) - 1
        self._transfers = 0
        self._receipts = 0
        self._arriving: dict[tuple[date, int], list[Transfer]] = defaultdict(list)
        self._on_the_way = [0] * len(places)
        self._units_on_the_way: list[Counter[str]] = [Counter() for _ in places]
        self.shelves = [Shelf(place) for place in places]
        for index, place in enumerate(places):
            self._fill(index, chance(seed, "opening stock", place.store_id))

    def _fill(self, index: int, rng: Random) -> None:
        shelf, place = self.shelves[index], self._places[index]
        for _ in range(place.pieces):
            shelf.put(self._workshop.make(rng))
        for item in self._workshop.by_units:
            shelf.put(Parcel(item, None, self._units_wanted(index)))

    def _units_wanted(self, index: int) -> int:
        is_warehouse = index == self._warehouse
        return 8 * len(self._places) if is_warehouse else _UNITS_IN_BOUTIQUE

    def morning(self, index: int, day: date) -> list[StockMovement]:
        """All that leaves and arrives before the doors open. The place is open that day.

        Leaving comes first, so that nothing is sent on that has only just arrived.
        """
        place = self._places[index]
        rng = chance(self._seed, "supply", place.store_id, day)
        opens = hours(place, day)
        if opens is None:
            return []
        at = opens.opens + timedelta(minutes=rng.randrange(2, 12))
        rows: list[StockMovement] = []
        if index == self._warehouse:
            rows += self._supplier_receipt(day, at, rng)
            for target, place_there in enumerate(self._places[:-1]):
                if rng.random() < 0.85 and not closed_because(place_there, day):
                    rows += self._replenish(target, day, at, rng)
        elif place.format == BOUTIQUE:
            rows += self._send_away(index, day, at, rng)
        arrivals = at + timedelta(minutes=rng.randrange(20, 45))
        for transfer in self._arriving.pop((day, index), []):
            rows += self._arrive(transfer, index, day, arrivals, rng)
        return rows

    def _supplier_receipt(self, day: date, at: datetime, rng: Random) -> list[StockMovement]:
        """The warehouse is filled up when it runs low, and now and then anyway."""
        shelf, place = self.shelves[-1], self._places[-1]
        lacking = int(place.pieces * season(day)) - len(shelf.pieces)
        if lacking < place.pieces * 0.15 and rng.random() > 0.1:
            return []
        parcels = [self._workshop.make(rng) for _ in range(max(lacking, 3))]
        wanted = self._units_wanted(self._warehouse)
        parcels += [
            Parcel(item, None, wanted - shelf.units[item.item_id])
            for item in self._workshop.by_units
            if shelf.units[item.item_id] < wanted // 2
        ]
        self._receipts += 1
        rows = []
        for line, parcel in enumerate(parcels, 1):
            shelf.put(parcel)
            rows.append(
                self._movement(
                    f"GR{self._receipts:06d}", line, "receipt", place, parcel, parcel.units, at, rng
                )
            )
        return rows

    def _replenish(self, target: int, day: date, at: datetime, rng: Random) -> list[StockMovement]:
        """What a selling place lacks leaves the warehouse for it."""
        shelf, there = self.shelves[-1], self.shelves[target]
        wanted = int(there.place.pieces * season(day))
        lacking = wanted - len(there.pieces) - self._on_the_way[target]
        parcels = []
        for _ in range(min(lacking, 30, len(shelf.pieces))):
            parcels.append(shelf.take_piece(rng.randrange(len(shelf.pieces))))
        for item in self._workshop.by_units:
            held = there.units[item.item_id] + self._units_on_the_way[target][item.item_id]
            units = min(_UNITS_IN_BOUTIQUE - held, shelf.units[item.item_id])
            if held <= _UNITS_IN_BOUTIQUE // 2 and units > 0:
                parcels.append(shelf.take_units(item, units))
        return self._depart(self._warehouse, target, "transfer_out", parcels, day, at, rng)

    def _send_away(self, index: int, day: date, at: datetime, rng: Random) -> list[StockMovement]:
        """A piece a colleague's client asked for, damaged goods, a broken flacon."""
        shelf, place = self.shelves[index], self._places[index]
        rows: list[StockMovement] = []
        boutiques = len(self._places) - 2
        if rng.random() < 0.06 and boutiques > 1 and len(shelf.pieces) > 10:
            target = (index + rng.randrange(1, boutiques)) % boutiques
            parcels = [shelf.take_piece(rng.randrange(len(shelf.pieces)))]
            rows += self._depart(index, target, "transfer_out", parcels, day, at, rng)
        damaged = [i for i, piece in enumerate(shelf.pieces) if piece.status == "damaged"]
        if damaged and rng.random() < 0.35:
            parcels = [shelf.take_piece(i) for i in reversed(damaged)]  # last first: indexes hold
            rows += self._depart(
                index, self._warehouse, "return_to_hq", parcels, day, at, rng, "damaged"
            )
        fragile = [item for item in shelf.units_in_stock() if item.category == "fragrance"]
        if fragile and rng.random() < 0.008:
            broken = shelf.take_units(rng.choice(fragile), 1)
            document = f"WO-{place.store_id}-{day:%Y%m%d}"
            rows.append(
                self._movement(
                    document, 1, "write_off", place, broken, -1, at, rng, reason_code="broken"
                )
            )
        return rows

    def _depart(
        self,
        origin: int,
        target: int,
        kind: str,
        parcels: list[Parcel],
        day: date,
        at: datetime,
        rng: Random,
        reason: str = "",
    ) -> list[StockMovement]:
        if not parcels:
            return []
        there = self._places[target]
        self._transfers += 1
        arrives = next_open_day(there, day + timedelta(days=rng.randrange(1, 5)))
        transfer = Transfer(
            number=f"TR{self._transfers:07d}",
            origin=self._places[origin],
            target=target,
            parcels=parcels,
            carrier=rng.choice(_CARRIERS),
            tracking=f"SV{rng.randrange(10**9):09d}",
            expected=arrives,
        )
        self._on_the_way[target] += sum(1 for parcel in parcels if parcel.piece)
        for parcel in parcels:
            if not parcel.piece:
                self._units_on_the_way[target][parcel.item.item_id] += parcel.units
        if arrives <= self._until:  # later ones stay in transit for ever
            self._arriving[arrives, target].append(transfer)
        return [
            self._moved(transfer, line, kind, self._places[origin], there, parcel, at, rng, reason)
            for line, parcel in enumerate(parcels, 1)
        ]

    def _arrive(
        self, transfer: Transfer, index: int, day: date, at: datetime, rng: Random
    ) -> list[StockMovement]:
        place = self._places[index]
        rows = []
        for line, parcel in enumerate(transfer.parcels, 1):
            self.shelves[index].put(parcel)
            if parcel.piece:
                self._on_the_way[index] -= 1
            else:
                self._units_on_the_way[index][parcel.item.item_id] -= parcel.units
            rows.append(
                self._moved(
                    transfer, line, "transfer_in", place, transfer.origin, parcel, at, rng, ""
                )
            )
        return rows

    def _moved(
        self,
        transfer: Transfer,
        line: int,
        kind: str,
        place: Place,
        other: Place,
        parcel: Parcel,
        at: datetime,
        rng: Random,
        reason: str,
    ) -> StockMovement:
        """One half of a transfer: the other half carries the same transfer number."""
        arriving = kind == "transfer_in"
        return self._movement(
            f"{transfer.number}-{'IN' if arriving else 'OUT'}", line, kind, place, parcel,
            parcel.units if arriving else -parcel.units, at, rng,
            counterpart_store_id=other.store_id,
            transfer_id=transfer.number,
            reason_code=reason,
            carrier=transfer.carrier,
            tracking_number=transfer.tracking,
            insured_value=money.written(parcel.item.cost * parcel.units),
            expected_on=transfer.expected.isoformat(),
        )  # fmt: skip

    def _movement(
        self,
        document: str,
        line: int,
        kind: str,
        place: Place,
        parcel: Parcel,
        units: int,
        at: datetime,
        rng: Random,
        **more: str,
    ) -> StockMovement:
        one, other = self._staff.two(place, rng)
        dear = parcel.item.price >= _TWO_PERSONS_FROM
        return StockMovement(
            document, line, kind, place.store_id, parcel.item.kept_in(place), parcel.item.item_id,
            parcel.serial, units, money.written(parcel.item.cost), place.stamp(at),
            at.date().isoformat(), operator_id=one, second_person_id=other if dear else "", **more,
        )  # fmt: skip
