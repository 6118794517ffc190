"""Which errors are planted where: decided before the first day, from the calendar alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import cycle

from pipelines.demo.chance import chance
from pipelines.demo.places import BOUTIQUE, Place
from pipelines.demo.selling import Wish
from pipelines.demo.trading import closed_because, hours

LATE, MISSING, DUPLICATE, REEXPORT = "late_file", "missing_file", "duplicate_file", "reexport_file"
GAP = "receipt_gap_"
UNBALANCED, BAD_LINE, DRIFT = "unbalanced_receipt", "bad_line", "schema_drift"

DAILY = ("sales_lines", "tenders", "till_closings", "store_traffic", "stock_snapshots",
         "stock_movements")  # fmt: skip
_SALES = ("sales_lines",)
# kind: how many a thousand boutique days, and the datasets it befalls in turn.
_PLAN: dict[str, tuple[float, tuple[str, ...]]] = {
    LATE: (6, DAILY),
    MISSING: (3, ("till_closings", "store_traffic", "sales_lines", "stock_snapshots")),
    DUPLICATE: (4, DAILY),
    REEXPORT: (5, DAILY),
    GAP + "inside": (2.2, _SALES),
    GAP + "start_of_day": (2.2, _SALES),
    GAP + "end_of_day": (2.2, _SALES),
    UNBALANCED: (3, ("tenders",)),
    BAD_LINE: (3, ("sales_lines", "store_traffic", "stock_snapshots")),
    DRIFT: (3, ("sales_lines", "store_traffic", "tenders", "stock_movements")),
}
KINDS = tuple(_PLAN)
_MOST_A_KIND = 60
_TRIES = 400
# A file with fewer lines than this has more than the tolerated share of bad ones with one.
_LONG_ENOUGH = 11


@dataclass(frozen=True, slots=True)
class Error:
    """One planted error. `turn` counts those of its kind, to vary them."""

    kind: str
    dataset: str
    store_id: str
    day: date
    turn: int

    @property
    def wish(self) -> Wish:
        """What the store-day must hold for this error to be visible."""
        if self.kind.startswith(GAP):
            position = self.kind.removeprefix(GAP)
            return Wish(receipts=4, gap=position, gap_length=1 + self.turn % 3)
        if self.kind == BAD_LINE and self.dataset == "sales_lines":
            return Wish(receipts=_LONG_ENOUGH, lines_on_first=2)
        return Wish(receipts=4)


def plan(seed: int, places: list[Place], first: date, days: int) -> dict[tuple[str, date], Error]:
    """Errors by store and day: never two on one day of a store, nor on neighbouring open days.

    None falls on the first two or the last four days, so that whatever is late or corrected
    has arrived by the end. A period too short for all kinds gets fewer.
    """
    boutiques = [place for place in places if place.format == BOUTIQUE]
    if days < 8:
        return {}
    rng = chance(seed, "errors")
    planned: dict[tuple[str, date], Error] = {}
    taken: set[tuple[str, date]] = set()
    for kind, dataset, turn in _wanted(len(boutiques) * days):
        for _ in range(_TRIES):
            place = rng.choice(boutiques)
            day = first + timedelta(days=rng.randrange(2, days - 4))
            around = _with_neighbours(place, day)
            if not _is_ordinary(place, day) or any((place.store_id, d) in taken for d in around):
                continue
            planned[place.store_id, day] = Error(kind, dataset, place.store_id, day, turn)
            taken.add((place.store_id, day))
            break
    return planned


def _wanted(store_days: int) -> list[tuple[str, str, int]]:
    """Kind, dataset and turn of every error, each kind once before any comes twice."""
    wanted = []
    for kind, (rate, datasets) in _PLAN.items():
        count = max(1, min(_MOST_A_KIND, round(store_days * rate / 1000)))
        wanted += list(zip([kind] * count, cycle(datasets), range(count), strict=False))
    return sorted(wanted, key=lambda one: (one[2], KINDS.index(one[0])))


def _is_ordinary(place: Place, day: date) -> bool:
    """Open for long enough that an hourly file is long enough too."""
    open_hours = hours(place, day)
    return open_hours is not None and open_hours.length >= _LONG_ENOUGH - 1


def _with_neighbours(place: Place, day: date) -> list[date]:
    """The day, with the open days before and after it."""
    around = [day]
    for step in (-1, 1):
        other = day + timedelta(days=step)
        while closed_because(place, other):
            other += timedelta(days=step)
        around.append(other)
    return around
