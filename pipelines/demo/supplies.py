"""What a boutique wraps its pieces in, counted on Mondays or the next open day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from random import Random

from pipelines.demo.chance import chance
from pipelines.demo.places import Place
from pipelines.demo.stock_rows import SupplyLevel

# item, reorder point, ordered each time, used up in a week
_ITEMS = (
    ("RING-BOX", 60, 200, 35), ("NECKLACE-BOX", 40, 120, 18), ("BAG-SMALL", 80, 300, 55),
    ("BAG-LARGE", 50, 200, 25), ("RIBBON-ROLL", 6, 24, 3), ("CERTIFICATE-FOLDER", 40, 150, 22),
)  # fmt: skip


class Supplies:
    """Levels of each boutique; what is ordered comes a week or two later."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._levels: dict[str, dict[str, int]] = {}
        self._counted: dict[str, tuple[int, int]] = {}  # the calendar week it was last done

    def count(self, place: Place, day: date) -> Iterator[SupplyLevel]:
        """The week's count, on the first open day of the week."""
        week = day.isocalendar()[:2]
        if self._counted.get(place.store_id) == week:
            return
        self._counted[place.store_id] = week
        rng = chance(self._seed, "supplies", place.store_id, day)
        held = self._levels.setdefault(place.store_id, {})
        for item, point, order, used in _ITEMS:
            before = held.get(item, point + rng.randrange(order))
            held[item] = _a_week_later(before, point, order, used, rng)
            yield SupplyLevel(place.store_id, item, day.isoformat(), held[item], point, order)


def _a_week_later(before: int, point: int, order: int, used: int, rng: Random) -> int:
    arrived = order if before <= point and rng.random() < 0.6 else 0
    return max(0, before + arrived - rng.randrange(used // 2, used * 3 // 2 + 1))
