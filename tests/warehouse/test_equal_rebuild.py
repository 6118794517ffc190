"""A day at a time equals all at once: whatever comes in whatever order, row for row.

Each sequence is built batch by batch, with builds that leave off before saying they are done, and
compared with one full build of the same lake.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from pipelines.settings import Home
from tests.warehouse import boutiques
from tests.warehouse.builds import Warehouse, at, differences
from tests.warehouse.lake import Delivery, Lake

NOW = at(9, 15)
DAYS = [date(2025, 3, day) for day in range(1, 8)]


def _day(random: Random, store_id: str, day: date, exported_at: datetime | None = None):
    """The files of one store-day, some of them left out, some without rows, some with repeats."""
    lines = boutiques.sales(random, store_id, day)
    rows = {
        "sales_lines": lines,
        "tenders": boutiques.tenders(random, lines),
        "till_closings": boutiques.closings(random, store_id, day),
        "stock_snapshots": boutiques.snapshot(random, store_id, day),
        "stock_movements": boutiques.movements(random, store_id, day),
        "store_traffic": boutiques.traffic(random, store_id, day),
    }
    for dataset, told in rows.items():
        if random.random() < 0.2:
            continue
        kept = [] if random.random() < 0.12 else told + told[:1]
        yield Delivery(
            dataset,
            kept,
            [(store_id, day)],
            exported_at=exported_at,
            rejected=int(random.random() < 0.1),
        )


def _lists(random: Random) -> Iterator[Delivery]:
    """Reference lists, now and then, in any state."""
    if random.random() < 0.5:
        yield boutiques.stores(*random.sample(boutiques.STORES, random.choice([2, 3])))
    if random.random() < 0.6:
        yield boutiques.items(random, *random.sample(boutiques.ITEMS, 2))
    if random.random() < 0.5:
        yield boutiques.clients(random)
    if random.random() < 0.4:
        yield boutiques.targets(random, random.choice(boutiques.STORES))
    if random.random() < 0.4:
        day, is_open = random.choice(DAYS), random.random() < 0.5
        yield boutiques.trading_day(random.choice(boutiques.STORES), day, is_open=is_open)


def _batch(random: Random) -> list[Delivery]:
    """Some store-days, new or seen before, some of them twice in the batch."""
    deliveries = list(_lists(random))
    for _ in range(random.randrange(1, 6)):
        clock = random.choice([None, None, at(random.randrange(1, 9))])
        deliveries += _day(random, random.choice(boutiques.STORES), random.choice(DAYS), clock)
    random.shuffle(deliveries)
    return deliveries


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_any_sequence_of_batches_equals_one_rebuild(tmp_path: Path, seed: int) -> None:
    random = Random(seed)
    lake = Lake(Home(tmp_path / "home"))
    daily = Warehouse(lake.home, tmp_path / "daily.duckdb", tmp_path / "target")
    moment = at(1)
    for build in range(4):
        for _ in range(random.choice([1, 1, 2])):
            moment += timedelta(minutes=7)
            lake.commit(*_batch(random), at=moment)
        daily.build(NOW, keep_pending=build < 3 and random.random() < 0.4)
    rebuilt = Warehouse(lake.home, tmp_path / "rebuilt.duckdb", tmp_path / "target")
    rebuilt.build(NOW, afresh=True)
    assert differences(daily, rebuilt) == {}
