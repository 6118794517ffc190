"""The stock of every place as its systems tell it: what moved, what is held, what was counted.

The world behind it is the same whether or not `tells` says that its faults show: then the book
keeps believing what was posted, and the scans see what lies on the shelf.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from pipelines.demo.assortment import Item
from pipelines.demo.away import Away
from pipelines.demo.counting import Counts, Planned
from pipelines.demo.errors import Error
from pipelines.demo.faulting import Faulting
from pipelines.demo.people import Clients, Staff
from pipelines.demo.places import BOUTIQUE, Place
from pipelines.demo.rows import StockMovement, StockSnapshot
from pipelines.demo.selling import Counter, Day
from pipelines.demo.stock import Parcel, Workshop, snapshot
from pipelines.demo.stocktaking import Stocktaking
from pipelines.demo.supplies import Supplies
from pipelines.demo.supply import Supply
from pipelines.demo.telling import Telling
from pipelines.demo.trading import Hours
from pipelines.demo.twists import Twists

_AFTER_OPENING, _AFTER_CLOSING = timedelta(minutes=15), timedelta(minutes=3)
_TAKEN_AFTER = timedelta(minutes=35)


@dataclass(frozen=True, slots=True)
class Hands:
    """Everybody who moves goods."""

    supply: Supply
    workshop: Workshop
    clients: Clients
    staff: Staff
    counter: Counter


class Stockroom:
    """Lives the stock's day in each place, and tells of it."""

    def __init__(
        self,
        seed: int,
        places: list[Place],
        items: list[Item],
        first: date,
        until: date,
        planned: Planned,
        telling: Telling,
        hands: Hands,
    ) -> None:
        self._places = places
        self._supply = hands.supply
        self._tells, serials = telling.faults, telling.serials
        self._away = Away(seed, hands.supply, hands.clients, items)
        self._counts = Counts(seed, places, first, (until - first).days + 1, planned)
        self._twists = Twists(len(places))
        self._faulting = Faulting(
            seed, places, hands.supply, hands.workshop, self._away, hands.counter, self._counts,
            self._twists, serials=serials,
        )  # fmt: skip
        self._stocktaking = Stocktaking(
            seed, places, items, hands.staff, self._away, self._counts, self._twists,
            tells=self._tells, serials=serials,
        )  # fmt: skip
        self._supplies = Supplies(seed)
        self._levels: list[Any] = []
        self.truth = self._stocktaking.truth
        self._serials = serials

    def day(
        self, index: int, day: date, hours: Hours, moved: list[StockMovement], sold: Day
    ) -> list[StockMovement]:
        """The movements as they were posted; `moved` is what happened before closing time."""
        place = self._places[index]
        if place.format != BOUTIQUE:
            return moved
        self._levels += self._supplies.count(place, day)
        count = self._counts.on(index, day)
        if count:
            return self._stocktaking.do(index, count, hours, moved)
        if not self._counts.is_quiet(index, day):
            return moved
        at = hours.closes + _AFTER_CLOSING
        told = self._faulting.mend(index, day, at)
        withheld = self._faulting.evening(index, day, at, moved, sold)
        if not self._tells:
            return moved
        return [row for row in moved if row not in withheld] + told

    def morning(self, index: int, day: date, hours: Hours) -> list[StockMovement]:
        """What a count of this day will be held against; then what goes on memo and comes back."""
        place = self._places[index]
        if place.format != BOUTIQUE:
            return []
        if self._counts.on(index, day):
            self._stocktaking.remember(index, self.booked(index), self._lying(index))
        quiet = self._counts.is_quiet(index, day)
        at = hours.opens + _AFTER_OPENING
        rows, back = self._away.morning(index, place, day, at, quiet)
        unsaid = self._faulting.back(index, day, back)
        return [row for row in rows if row.document_id not in unsaid] if self._tells else rows

    def snapshot(self, index: int, day: date, hours: Hours) -> list[StockSnapshot]:
        """What the book holds at the end of the day."""
        place = self._places[index]
        taken_at = place.stamp(hours.closes + _TAKEN_AFTER)
        return snapshot(place, self.booked(index), day.isoformat(), taken_at)

    def booked(self, index: int) -> list[Parcel]:
        beside = self._twists.booked(index) if self._tells else ()
        return [*self._supply.shelves[index].parcels(), *beside]

    def _lying(self, index: int) -> list[Parcel]:
        beside = self._twists.there(index) if self._tells else ()
        return [*self._supply.shelves[index].parcels(), *beside]

    def unposted(self) -> list[tuple[Error, str, str]]:
        """Receipts the stock was not told of since this was last asked, by piece."""
        found, self._faulting.unposted = self._faulting.unposted, []
        if not (self._tells and self._serials):
            return []
        return [(error, twist.fault.documents[0], twist.parcel.serial) for error, twist in found]

    def told(self, day: date) -> dict[str, list[Any]]:
        """What the systems of the whole network say of a day."""
        levels, self._levels = self._levels, []
        return {
            **self._away.told(),
            "supply_levels": levels,
            "count_plans": self._counts.told(day),
            "count_scans": self._stocktaking.told(),
        }
