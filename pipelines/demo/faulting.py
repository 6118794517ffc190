"""Brings faults of stock about before the counts that find them, and puts them right after."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from pipelines.demo import faultlabels, mishaps
from pipelines.demo.away import Away, Memo
from pipelines.demo.chance import chance
from pipelines.demo.counting import Count, Counts
from pipelines.demo.errors import Error
from pipelines.demo.mishaps import Mishap
from pipelines.demo.places import Place
from pipelines.demo.rows import StockMovement
from pipelines.demo.selling import Counter as SalesCounter
from pipelines.demo.selling import Day
from pipelines.demo.stock import Parcel, Workshop
from pipelines.demo.stock_scene import Scene
from pipelines.demo.supply import Supply
from pipelines.demo.twists import FROM_EVENTS, UNDOCUMENTED, UNPOSTED, Twist, Twists

_SOUGHT = 0.9  # of the counts are to find something
_FAULTS = {"full": 3}
_BEFORE_A_COUNT = 6  # days in which what it finds comes about
_TRIED_A_DAY = 3  # kinds, unless the count is near
_MISHAPS: dict[str, Mishap] = {kind: getattr(mishaps, kind) for kind in FROM_EVENTS}


class Faulting:
    """Faults that last: from an ordinary day until a document mends them."""

    def __init__(
        self,
        seed: int,
        places: list[Place],
        supply: Supply,
        workshop: Workshop,
        away: Away,
        counter: SalesCounter,
        counts: Counts,
        twists: Twists,
        *,
        serials: bool,
    ) -> None:
        self._seed = seed
        self._serials = serials
        self._places = places
        self._supply = supply
        self._workshop = workshop
        self._away = away
        self._counter = counter
        self._counts = counts
        self._twists = twists
        # Of two pieces of one item told apart by nothing, it does not matter which was sold.
        self._kinds = [one for one in FROM_EVENTS if serials or one != "serial_swap"]
        self._planted: Counter[str] = Counter()
        self._for: Counter[str] = Counter()  # by count
        self.unposted: list[tuple[Error, Twist]] = []

    # -- coming about ------------------------------------------------------------------------

    def evening(
        self, index: int, day: date, at: datetime, moved: list[StockMovement], sold: Day
    ) -> list[StockMovement]:
        """One more fault, if a count nearby is still to find one; the movements not posted."""
        count = self._counts.following(index, day)
        if count is None or count.day is None or not self._is_wanted(count, day):
            return []
        for kind in self._tried(index, day, count.day):
            scene = self._scene(index, day, at, count, moved, sold)
            twists = _MISHAPS[kind](scene)
            if twists:
                self._begin(kind, count, day, twists)
                return scene.withheld
        return []

    def _is_wanted(self, count: Count, day: date) -> bool:
        rng = chance(self._seed, "fault", count.count_id)
        wanted = _FAULTS.get(count.kind, 1) if rng.random() < _SOUGHT else 0
        near = count.day is not None and count.day - day <= timedelta(days=_BEFORE_A_COUNT)
        return near and self._for[count.count_id] < wanted

    def _tried(self, index: int, day: date, counted: date) -> list[str]:
        """Kinds to try today, the rarest so far first."""
        rng = chance(self._seed, "kinds", index, day)
        kinds = rng.sample(self._kinds, len(self._kinds))
        kinds.sort(key=lambda kind: self._planted[kind])
        if any(one.fault.kind in UNDOCUMENTED for one in self._twists.open(index)):
            kinds = [kind for kind in kinds if kind not in UNDOCUMENTED]
        return kinds if counted - day <= timedelta(days=2) else kinds[:_TRIED_A_DAY]

    def _scene(
        self, index: int, day: date, at: datetime, count: Count, moved: list[StockMovement],
        sold: Day,
    ) -> Scene:  # fmt: skip
        return Scene(
            index, self._places[index], day, at, count, count.settled, sold.receipts, moved,
            self._twists.busy(index), set() if self._serials else self._away.items(index),
            chance(self._seed, "mishap", index, day), self._supply,
            self._away, self._workshop, self._counter.never_back,
            lambda parcel: self._elsewhere(index, day, parcel), [],
        )  # fmt: skip

    def _elsewhere(self, index: int, day: date, parcel: Parcel) -> tuple[int, date] | None:
        """Another boutique that will come across the parcel, and when that is settled."""
        others = [one for one in range(len(self._places) - 2) if one != index]
        for other in chance(self._seed, "elsewhere", index, day).sample(others, len(others)):
            count = self._counts.following(other, day)
            if count is None or self._counts.on(other, day):
                continue
            is_free = parcel.item.item_id not in self._twists.busy(other)
            if is_free and count.covers(self._places[other], parcel.item):
                return other, count.settled
        return None

    def _begin(self, kind: str, count: Count, day: date, twists: list[Twist]) -> None:
        self._planted[kind] += 1
        self._for[count.count_id] += 1
        for twist in twists:
            self._twists.add(twist)
        if kind in UNPOSTED:
            error = Error(kind, "stock_movements", count.store_id, day, self._planted[kind])
            self.unposted.append((error, twists[0]))

    # -- being put right -----------------------------------------------------------------------

    def mend(self, index: int, day: date, at: datetime) -> list[StockMovement]:
        """What is posted in the end: adjustments of a count, arrivals and receipts."""
        rows: list[StockMovement] = []
        for twist in list(self._twists.open(index)):
            fault = twist.fault
            if twist.has_memo or fault.ends > day:
                continue
            if twist.adjust and not twist.frees and not fault.is_found:
                count = self._counts.following(index, day)  # nobody has seen it yet
                fault.ends = count.settled if count else date.max
                continue
            posted = self._posted(index, twist, day, at)
            rows += posted
            self._end(twist)
            faultlabels.mended(fault, day, [row.document_id for row in posted])
        self._twists.forget(index)
        return rows

    def _posted(self, index: int, twist: Twist, day: date, at: datetime) -> list[StockMovement]:
        place, parcel = self._places[index], twist.parcel
        if twist.late:
            late = twist.late._replace(posted_at=place.stamp(at), business_date=day.isoformat())
            return [late]
        if not twist.adjust:
            return []
        rng = chance(self._seed, "adjusted", index, day)
        document = f"CA-{place.store_id}-{day:%y%m%d}-{parcel.item.item_id}-{parcel.serial}"
        row = self._supply.movement(
            document.rstrip("-"), 1, "count_adjustment", place, parcel, twist.adjust, at, rng,
            reason_code="count",
        )  # fmt: skip
        return [row]

    def _end(self, twist: Twist) -> None:
        twist.is_over = True
        twist.booked += twist.adjust
        if twist.frees:
            twist.booked = 0
            self._supply.shelves[twist.index].put_back(twist.parcel)
        if twist.vanishes:
            twist.there = 0

    def back(self, index: int, day: date, memos: Iterable[Memo]) -> set[str]:
        """Ends the faults of memos that are back; the returns nobody posts, as nothing had left."""
        unsaid: set[str] = set()
        for memo in memos:
            for twist in self._twists.open(index):
                if not twist.has_memo or twist.parcel is not memo.parcel:
                    continue
                returned = f"{memo.number}-IN"
                if twist.booked:
                    unsaid.add(returned)
                faultlabels.mended(twist.fault, day, [] if twist.booked else [returned])
                twist.booked = twist.there = 0
                twist.is_over = True
        self._twists.forget(index)
        return unsaid
