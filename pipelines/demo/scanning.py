"""A count as it is scanned: zone by zone, recounted where it does not fit, and what it has to find.

Only what lies on the shelf at the moment of a scan is scanned. The book a scan is held against is
that of the same moment; for what was not scanned, that of the end of the count.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from pipelines.demo.assortment import SALON, VAULT, ZONES, Item
from pipelines.demo.counting import Count
from pipelines.demo.places import Place
from pipelines.demo.rows import StockMovement
from pipelines.demo.stock import Parcel
from pipelines.demo.stock_rows import CountScan

Key = tuple[str, str]  # item, serial number
_BETWEEN_PASSES = timedelta(minutes=9)
_THIRD_LOOK = 0.5


@dataclass(slots=True)
class Line:
    """What the book and the shelf hold of one piece or item, and when that changes."""

    item: Item
    serial: str
    booked: int = 0
    lying: int = 0
    postings: list[tuple[datetime, int]] = field(default_factory=list)
    moves: list[tuple[datetime, int]] = field(default_factory=list)
    scanned_at: datetime | None = None
    counted: int = 0

    def book(self, at: datetime) -> int:
        return self.booked + sum(units for when, units in self.postings if when <= at)

    def shelf(self, at: datetime) -> int:
        return self.lying + sum(units for when, units in self.moves if when <= at)

    def variance(self, end: datetime) -> int:
        return self.counted - self.book(self.scanned_at or end)


@dataclass(slots=True)
class Odd:
    """What is special about one count, beside what is amiss in the place."""

    extra: Parcel | None = None  # lies here, and is no stock of the house
    twice: bool = False  # a piece is scanned twice
    elsewhere: bool = False  # a piece lies in another zone
    left_out: str = ""  # a zone nobody scans


@dataclass(slots=True)
class Counted:
    """A count that was done."""

    scans: list[CountScan]
    lines: dict[Key, Line]
    end: datetime
    twice: Line | None = None
    misplaced: Line | None = None

    def discrepant(self) -> list[Line]:
        return [line for line in self.lines.values() if line.variance(self.end)]


def ledger(
    booked: Iterable[Parcel],
    lying: Iterable[Parcel],
    told: Iterable[StockMovement],
    moved: Iterable[StockMovement],
    items: dict[str, Item],
    serials: bool,
) -> dict[Key, Line]:
    """Lines from the state of the morning and the movements of the day."""
    lines: dict[Key, Line] = {}

    def line(item: Item, serial: str) -> Line:
        key = item.item_id, serial if serials else ""
        return lines.setdefault(key, Line(item, key[1]))

    for parcel in booked:
        line(parcel.item, parcel.serial).booked += parcel.units
    for parcel in lying:
        line(parcel.item, parcel.serial).lying += parcel.units
    for row in told:
        posted = line(items[row.item_id], row.serial_number).postings
        posted.append((local(row.posted_at), row.quantity))
    for row in moved:
        moves = line(items[row.item_id], row.serial_number).moves
        moves.append((local(row.posted_at), row.quantity))
    return lines


def local(stamp: str) -> datetime:
    """A written moment on the wall clock of its place."""
    return datetime.fromisoformat(stamp).replace(tzinfo=None)


class Scanner:
    """Two or three people with a reader, one count."""

    def __init__(
        self, count: Count, place: Place, staff: Sequence[str], odd: Odd, rng: Random
    ) -> None:
        self._count = count
        self._place = place
        self._odd = odd
        self._rng = rng
        self._people = rng.sample(list(staff), 3)
        self._scans: list[tuple[datetime, int, Line, str, int]] = []  # at, pass, line, zone, units
        self._done: Counted | None = None

    def run(self, lines: dict[Key, Line], start: datetime) -> Counted:
        count, place = self._count, self._place
        due = {key: line for key, line in lines.items() if count.covers(place, line.item)}
        if self._odd.extra:
            extra = self._odd.extra
            key = extra.item.item_id, extra.serial
            due.setdefault(key, Line(extra.item, extra.serial)).lying += extra.units
        self._done = Counted([], due, start)
        if self._odd.elsewhere:
            self._done.misplaced = self._one_of_the_salon(due)
        end = self._pass(1, self._in_order(due), start)
        end = self._arrivals(due, start, end)
        recount = self._recounted(due, end)
        if recount and not _moves(due, start, end + _BETWEEN_PASSES + (end - start)):
            end = self._pass(2, recount, end + _BETWEEN_PASSES)
            wrong = [line for line in recount if line.variance(end)]
            if self._rng.random() < _THIRD_LOOK:
                end = self._pass(3, wrong, end + _BETWEEN_PASSES)
        elif self._odd.twice:
            end = max(end, self._scan_twice(due))
        self._done.end = end
        self._done.scans = self._rows()
        return self._done

    def _in_order(self, due: dict[Key, Line]) -> list[Line]:
        lines = sorted(
            due.values(), key=lambda one: (self._zone(one), one.item.item_id, one.serial)
        )
        return sorted(lines, key=lambda one: ZONES.index(self._zone(one)))

    def _zone(self, line: Line) -> str:
        if self._done and line is self._done.misplaced:
            return VAULT
        return line.item.kept_in(self._place)

    def _pass(self, number: int, lines: list[Line], at: datetime) -> datetime:
        """Scans the lines one after the other. A recount signs for what it did not find."""
        for line in lines:
            if self._zone(line) == self._odd.left_out:
                continue
            at += timedelta(seconds=self._rng.randrange(5, 12))
            found, expected = line.shelf(at), line.book(at)
            if found > 0 or (expected and (number > 1 or not line.serial)):
                self._scan(at, number, line, max(found, 0))
        return at

    def _scan(self, at: datetime, number: int, line: Line, units: int) -> None:
        self._scans.append((at, number, line, self._zone(line), units))
        line.scanned_at, line.counted = at, units

    def _arrivals(self, due: dict[Key, Line], start: datetime, end: datetime) -> datetime:
        """What comes onto a shelf already counted is scanned as it comes."""
        coming = sorted(
            ((when, line) for line in due.values() for when, units in line.moves if units > 0),
            key=lambda one: one[0],
        )
        for when, line in coming:
            is_counted = line.scanned_at is not None and (line.scanned_at > when or not line.serial)
            if start < when < end and not is_counted and self._zone(line) != self._odd.left_out:
                at = when + timedelta(seconds=40)
                self._scan(at, 1, line, line.shelf(at))
                end = max(end, at)
        return end

    def _recounted(self, due: dict[Key, Line], end: datetime) -> list[Line]:
        """Every line of a zone in which something does not fit."""
        zones = {self._zone(line) for line in due.values() if line.variance(end)}
        return [line for line in self._in_order(due) if self._zone(line) in zones]

    def _scan_twice(self, due: dict[Key, Line]) -> datetime:
        """The reader beeped twice: a piece stays one piece, of units there are too many."""
        scans = [scan for scan in self._scans if scan[4]]
        if not scans or self._done is None:
            return datetime.min
        at, number, line, zone, units = self._rng.choice(scans[: len(scans) // 2 + 1])
        self._done.twice = line
        if not line.serial:
            line.counted += units
        again = at + timedelta(seconds=3)
        self._scans.append((again, number, line, zone, units))
        return again

    def _one_of_the_salon(self, due: dict[Key, Line]) -> Line | None:
        """A piece that is where the book has it, and stays there all day."""
        pieces = [
            line
            for line in due.values()
            if line.serial and line.booked == line.lying == 1 and not line.moves
            and line.item.kept_in(self._place) == SALON
        ]  # fmt: skip
        return self._rng.choice(pieces) if pieces else None

    def _rows(self) -> list[CountScan]:
        self._scans.sort(key=lambda scan: scan[0])
        count, place = self._count, self._place
        return [
            CountScan(
                count.count_id, number, place.store_id, which, zone, line.item.item_id,
                line.serial, units, place.stamp(at), self._people[which - 1],
            )
            for number, (at, which, line, zone, units) in enumerate(self._scans, 1)
        ]  # fmt: skip


def _moves(due: dict[Key, Line], start: datetime, end: datetime) -> bool:
    """Whether anything is posted or moved meanwhile."""
    return any(
        start < when < end for line in due.values() for when, _ in (*line.postings, *line.moves)
    )
