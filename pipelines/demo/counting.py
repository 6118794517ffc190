"""When each boutique counts what: a part of the house every week, all of it once in the period."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from pipelines.demo.assortment import SALON, STOCKROOM, VAULT, Item
from pipelines.demo.chance import chance
from pipelines.demo.errors import DRIFT, MISSING, Error
from pipelines.demo.places import BOUTIQUE, Place
from pipelines.demo.stock_rows import CountPlan
from pipelines.demo.trading import closed_because

_CATEGORIES = ("rings", "necklaces", "earrings", "bracelets", "watches")
_FIRST_DAY, _LAST_DAYS = 3, 2  # of the period: without counts
_CANCELLED, _LATE, _DURING_HOURS = 0.06, 0.12, 0.4
_PLANNED_AHEAD = 6
# Errors after which the book of the day itself cannot be told from the exports.
_MOVED_WRONGLY = ("sold_not_moved", "sold_twice", "two_of_a_piece")

Planned = dict[tuple[str, date], Error]


@dataclass(frozen=True, slots=True)
class Count:
    """One planned count of one boutique. `day` is when it is done; None: cancelled."""

    count_id: str
    store_id: str
    kind: str  # cycle, full, high_value
    zone: str
    category: str
    due: date
    day: date | None
    approved: date | None
    during_hours: bool

    def covers(self, place: Place, item: Item) -> bool:
        """Whether the item, where the place keeps it, is to be counted."""
        fits = not self.zone or item.kept_in(place) == self.zone
        return fits and self.category in ("", item.category)

    def row(self, status: str, frozen_at: str = "") -> CountPlan:
        return CountPlan(
            self.count_id, self.store_id, self.kind, self.zone, self.category,
            self.due.isoformat(), frozen_at, status,
        )  # fmt: skip

    @property
    def settled(self) -> date:
        """From when on what it found is put right."""
        return self.approved or (self.day or self.due) + timedelta(days=2)

    @property
    def planned_on(self) -> date:
        return self.due - timedelta(days=_PLANNED_AHEAD)


class Counts:
    """Every count of the period, and what is told of each day after day.

    None is done on a day whose errors keep the book from being told from the exports.
    """

    def __init__(
        self, seed: int, places: list[Place], first: date, days: int, planned: Planned
    ) -> None:
        self._planned = planned
        self._first = first
        self._stores = [place.store_id for place in places]
        self._of: list[list[Count]] = [
            list(_of_boutique(seed, place, first, days, planned))
            if place.format == BOUTIQUE
            else []
            for place in places
        ]
        self.frozen: dict[str, str] = {}  # moment by count
        self.unfinished: set[str] = set()  # counts that left something out

    def on(self, index: int, day: date) -> Count | None:
        """The count done in a place on a day."""
        return next((count for count in self._of[index] if count.day == day), None)

    def following(self, index: int, day: date) -> Count | None:
        """The next count of a place after a day."""
        later = (count for count in self._of[index] if count.day and count.day > day)
        return min(later, key=lambda count: count.day or date.max, default=None)

    def is_quiet(self, index: int, day: date) -> bool:
        """Whether nothing else is planted in a place on a day, and nothing counted."""
        return (self._stores[index], day) not in self._planned and not self.on(index, day)

    def told(self, day: date) -> list[CountPlan]:
        """What changed about counts on a day."""
        return [row for counts in self._of for count in counts for row in self._news(count, day)]

    def _news(self, count: Count, day: date) -> Iterator[CountPlan]:
        frozen = self.frozen.get(count.count_id, "")
        if day == max(count.planned_on, self._first):
            yield count.row("planned")
        if count.day is None and day == count.due:
            yield count.row("cancelled")
        if day == count.day:
            yield count.row("counted", frozen)
        if day == count.approved and count.count_id not in self.unfinished:
            yield count.row("approved", frozen)


def _of_boutique(
    seed: int, place: Place, first: date, days: int, planned: Planned
) -> Iterator[Count]:
    weeks = max(0, (days - _FIRST_DAY - _LAST_DAYS) // 7)
    rng = chance(seed, "counts", place.store_id)
    turn, full = rng.randrange(10), rng.randrange(weeks // 2, weeks) if weeks > 1 else 0
    dues = [first + timedelta(days=_FIRST_DAY + 3 + 7 * week) for week in range(weeks)]
    done: list[date | None] = []
    for week, due in enumerate(dues):
        cancelled = rng.random() < _CANCELLED and week != full
        after = (1, 2, 3) if rng.random() < _LATE else (0, -1, -2, 1)
        near = [due + timedelta(days=n) for n in after]
        good = [day for day in near if _is_good(place, day, planned) and day not in done]
        done.append(good[0] if good and not cancelled else None)
    for week, (due, day) in enumerate(zip(dues, done, strict=True)):
        kind, zone, category = _scope(turn + week, week == full)
        during = rng.random() < _DURING_HOURS and kind == "cycle"
        following = min((one for one in done if one and day and one > day), default=date.max)
        approved = _approved(place, day, following, planned) if day else None
        yield Count(
            f"CC-{place.store_id}-{due:%y%m%d}", place.store_id, kind, zone, category, due, day,
            approved, during,
        )  # fmt: skip


def _scope(turn: int, is_full: bool) -> tuple[str, str, str]:
    """Kind, zone and category: the parts of the house in turn."""
    if is_full:
        return "full", "", ""
    category = _CATEGORIES[turn // 5 % len(_CATEGORIES)]
    return (
        ("cycle", SALON, ""), ("cycle", "", category), ("high_value", VAULT, ""),
        ("cycle", SALON, ""), ("cycle", STOCKROOM, ""),
    )[turn % 5]  # fmt: skip


def _is_good(place: Place, day: date, planned: Planned) -> bool:
    """Open, and the book of the moment can be told: last snapshot and movements since."""
    if closed_because(place, day):
        return False
    before = day - timedelta(days=1)
    while closed_because(place, before):
        before -= timedelta(days=1)
    snapshot = planned.get((place.store_id, before))
    return not loses_movements(planned.get((place.store_id, day))) and not (
        snapshot and snapshot.dataset in ("stock_snapshots", "stock_movements")
    )


def loses_movements(error: Error | None) -> bool:
    """Whether a day's movements are not all told, for good."""
    if error is None:
        return False
    lost = error.dataset == "stock_movements" and error.kind in (MISSING, DRIFT)
    return lost or error.kind in _MOVED_WRONGLY


def _approved(place: Place, day: date, following: date, planned: Planned) -> date | None:
    """When what was found is posted: before the next count, on a day whose files are all right."""
    for days in (2, 1, 3, 4):
        later = day + timedelta(days=days)
        free = not closed_because(place, later) and (place.store_id, later) not in planned
        if free and later < following:
            return later
    return None
