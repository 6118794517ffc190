"""Does the counts: decides what is odd about each, has it scanned, and labels what it must show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from pipelines.demo import faultlabels
from pipelines.demo.assortment import STOCKROOM, VAULT, Item
from pipelines.demo.away import Away
from pipelines.demo.chance import chance
from pipelines.demo.counting import Count, Counts
from pipelines.demo.people import Staff
from pipelines.demo.places import Place
from pipelines.demo.rows import StockMovement
from pipelines.demo.scanning import Counted, Line, Odd, Scanner, ledger, local
from pipelines.demo.stock import Parcel, Piece
from pipelines.demo.stock_rows import CountScan
from pipelines.demo.trading import Hours
from pipelines.demo.twists import AT_THE_COUNT, TIMING, UNDOCUMENTED, Fault, Twist, Twists

_ODD = 0.65
_ZONES_COUNTED = 0.6
_BEFORE_OPENING = timedelta(minutes=150)
_FROZEN_BEFORE = timedelta(minutes=10)
_QUIET_FROM, _QUIET_TO = timedelta(minutes=80), timedelta(minutes=150)
_POSTED_AFTER_CLOSING = timedelta(minutes=8)


class Stocktaking:
    """Every count, on its day."""

    def __init__(
        self,
        seed: int,
        places: list[Place],
        items: Iterable[Item],
        staff: Staff,
        away: Away,
        counts: Counts,
        twists: Twists,
        *,
        tells: bool,
        serials: bool,
    ) -> None:
        self._seed = seed
        self._places = places
        self._stores = [place.store_id for place in places]
        self._items = {item.item_id: item for item in items}
        self._staff = staff
        self._away = away
        self._counts = counts
        self._twists = twists
        self._tells = tells
        self._serials = serials
        self._morning: tuple[list[Parcel], list[Parcel]] = ([], [])
        self._scans: list[CountScan] = []
        self._chosen: Counter[str] = Counter()
        self.truth: list[dict[str, Any]] = []

    def remember(self, index: int, booked: list[Parcel], lying: list[Parcel]) -> None:
        """How book and shelf stood before the day began."""
        self._morning = (booked, lying)

    def told(self) -> list[CountScan]:
        scans, self._scans = self._scans, []
        return scans

    def do(
        self, index: int, count: Count, hours: Hours, moved: list[StockMovement]
    ) -> list[StockMovement]:
        """The count of the day; the day's movements as they were posted."""
        place = self._places[index]
        start, late = self._when(index, count, hours, moved)
        told = moved
        if late and self._tells:
            posted = place.stamp(hours.closes + _POSTED_AFTER_CLOSING)
            told = [row._replace(posted_at=posted) if row is late else row for row in moved]
        odd, kinds = self._odd(index, count)
        if count.kind == "full":
            self._counts.frozen[count.count_id] = place.stamp(start - _FROZEN_BEFORE)
        lines = ledger(*self._morning, told, moved, self._items, self._serials)
        rng = chance(self._seed, "scans", count.count_id)
        shown = odd if self._tells else Odd()
        done = Scanner(count, place, self._staff.all_of(place), shown, rng).run(lines, start)
        self._scans += done.scans
        if self._tells:
            self._label(index, count, done, odd, kinds, late)
        elif done.discrepant():
            raise RuntimeError(f"{count.count_id} finds what nobody planted")
        for twist in self._twists.open(index):
            seen = twist.parcel.item.kept_in(place) != odd.left_out
            if twist.parts and seen and count.covers(place, twist.parcel.item):
                twist.fault.is_found = True
        return told

    # -- what is odd about a count ---------------------------------------------------------------

    def _when(
        self, index: int, count: Count, hours: Hours, moved: list[StockMovement]
    ) -> tuple[datetime, StockMovement | None]:
        """When it begins, and the movement that is posted only after it.

        A count during hours begins soon after such a movement, or shortly before a sale.
        """
        if not count.during_hours:
            return hours.opens - _BEFORE_OPENING, None
        rng = chance(self._seed, "timing", count.count_id)
        earliest, latest = hours.opens + _QUIET_FROM, hours.closes - _QUIET_TO
        busy = self._twists.busy(index)
        rows = [
            row
            for row in moved
            if row.serial_number and row.item_id not in busy
            and count.covers(self._places[index], self._items[row.item_id])
        ]  # fmt: skip
        sales = [
            row
            for row in rows
            if row.movement_type == "sale" and earliest < local(row.posted_at) < latest
        ]
        came = [row for row in rows if row.movement_type == "transfer_in"]
        if rng.random() < 0.25 and sales:
            return local(rng.choice(sales).posted_at) - timedelta(minutes=4, seconds=30), None
        if came and (not sales or rng.random() < 0.4):
            return earliest, rng.choice(came)
        if sales:
            late = rng.choice(sales)
            return local(late.posted_at) + timedelta(minutes=10, seconds=30), late
        return earliest, None

    def _odd(self, index: int, count: Count) -> tuple[Odd, dict[str, Fault]]:
        """What is odd about the count, and the faults that it makes."""
        odd, faults = Odd(), dict[str, Fault]()
        rng = chance(self._seed, "odd", count.count_id)
        if rng.random() > _ODD or count.day is None:
            return odd, faults
        kinds = sorted(
            rng.sample(AT_THE_COUNT, len(AT_THE_COUNT)), key=lambda kind: self._chosen[kind]
        )
        for kind in kinds:
            if len(faults) == (2 if count.kind == "full" else 1):
                break
            documents = getattr(self, f"_{kind}")(index, count, odd, rng)
            if documents is not None:
                self._chosen[kind] += 1
                faults[kind] = Fault(kind, count.day, count.day, documents)
        return odd, faults

    def _double_scan(self, index: int, count: Count, odd: Odd, rng: Random) -> list[str] | None:
        """Seen where nothing else is amiss: a recount would scan the zone anew."""
        place, open_ = self._places[index], self._twists.open(index)
        is_clean = not any(one.parts and count.covers(place, one.parcel.item) for one in open_)
        odd.twice = is_clean and not odd.extra
        return [] if odd.twice else None

    def _mislocated(self, index: int, count: Count, odd: Odd, rng: Random) -> list[str] | None:
        odd.elsewhere = self._serials and not count.zone and not odd.left_out
        return [] if odd.elsewhere else None

    def _not_counted(self, index: int, count: Count, odd: Odd, rng: Random) -> list[str] | None:
        if count.kind != "full" or odd.elsewhere or rng.random() < _ZONES_COUNTED:
            return None
        odd.left_out = rng.choice((VAULT, STOCKROOM))
        self._counts.unfinished.add(count.count_id)
        return []

    def _unknown_serial(self, index: int, count: Count, odd: Odd, rng: Random) -> list[str] | None:
        """A piece with a number nobody has heard of."""
        place, open_ = self._places[index], self._twists.open(index)
        if odd.extra or odd.twice or any(one.fault.kind in UNDOCUMENTED for one in open_):
            return None
        items = [
            item
            for item in self._items.values()
            if item.serialized and count.covers(place, item) and item.price < 5_000_00
        ]
        if not items or not self._serials:
            return None
        item = rng.choice(items)
        odd.extra = Parcel(item, Piece(f"{item.item_id[:2]}{rng.randrange(10**9):09d}", item))
        return []

    def _client_owned(self, index: int, count: Count, odd: Odd, rng: Random) -> list[str] | None:
        """A client's piece lies among the house's own."""
        busy, day = self._twists.busy(index), count.day or date.min
        for care in self._away.care.get(index, []):
            item = self._items[care.row.item_id]
            fits = care.is_here(day) and count.covers(self._places[index], item)
            if fits and item.item_id not in busy and not odd.extra and not odd.twice:
                piece = Piece(care.row.serial_number, item) if self._serials else None
                odd.extra = Parcel(item, piece)
                return [care.row.repair_id]
        return None

    # -- what it must show -------------------------------------------------------------------------

    def _label(
        self, index: int, count: Count, done: Counted, odd: Odd, faults: dict[str, Fault],
        late: StockMovement | None,
    ) -> None:  # fmt: skip
        day = count.day or date.min
        place = self._places[index]
        if done.twice and done.twice.serial:
            self.truth.append(
                faultlabels.entry(faults["double_scan"], "duplicate_scan", count, done.twice, 0)
            )
        if done.misplaced:
            self.truth.append(
                faultlabels.entry(faults["mislocated"], "mislocated", count, done.misplaced, 0)
            )
        for line in done.discrepant():
            units = line.variance(done.end)
            if line.item.kept_in(place) == odd.left_out:
                told = faultlabels.entry(faults["not_counted"], "missing", count, line, 0)
            elif line is done.twice:
                told = faultlabels.entry(faults["double_scan"], "", count, line, units)
            elif late and self._is_of(line, late.item_id, late.serial_number):
                fault = Fault(TIMING, day, day, [late.document_id])
                outcome = "missing_explained" if units < 0 else "unexpected"
                told = faultlabels.entry(fault, outcome, count, line, units)
            elif odd.extra and self._is_of(line, odd.extra.item.item_id, odd.extra.serial):
                kind = "client_owned" if "client_owned" in faults else "unknown_serial"
                outcome = "client_property" if kind == "client_owned" else kind
                told = faultlabels.entry(faults[kind], outcome, count, line, units)
            else:
                twist = self._twist(index, line, units)
                told = faultlabels.of_twist(twist, count, line, units, self._stores)
            self.truth.append(told)

    def _is_of(self, line: Line, item_id: str, serial: str) -> bool:
        return line.item.item_id == item_id and line.serial in ("", serial)

    def _twist(self, index: int, line: Line, units: int) -> Twist:
        """The fault that makes a line differ: there is exactly one, or the labels were untrue."""
        known = [
            one
            for one in self._twists.at(index)
            if one.parts and self._is_of(line, one.parcel.item.item_id, one.parcel.serial)
        ]
        if len(known) != 1 or known[0].there - known[0].booked != units:
            raise RuntimeError(f"{line} differs by {units}: {known}")
        return known[0]
