"""Batches of any kind: store-days left out, emptied, repeated or corrected, lists in any state."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from random import Random

from tests.warehouse import boutiques
from tests.warehouse.builds import at
from tests.warehouse.lake import Delivery, Row

DAYS = [date(2025, 3, day) for day in range(1, 8)]


def _day(random: Random, store_id: str, day: date, exported_at: datetime | None = None):
    """The files of one store-day, some of them left out, some without rows, some with repeats."""
    lines = boutiques.sales(random, store_id, day)
    payments = boutiques.tenders(random, lines)
    rows = {
        "sales_lines": lines,
        "tenders": payments,
        "till_closings": boutiques.closings(random, store_id, day),
        "stock_snapshots": boutiques.snapshot(random, store_id, day),
        "stock_movements": boutiques.movements(random, store_id, day),
        "store_traffic": boutiques.traffic(random, store_id, day),
        "till_events": boutiques.journal(random, store_id, day),
        "ledger_postings": boutiques.postings(random, store_id, day),
        "supply_levels": boutiques.supplies(random, store_id, day),
    }
    for dataset, told in rows.items():
        if random.random() < 0.2:
            continue
        kept = [] if random.random() < 0.12 else told + told[:1]
        for part, rows_of_part in _parts(random, dataset, kept):
            yield Delivery(
                dataset,
                rows_of_part,
                [(store_id, day)],
                exported_at=exported_at,
                rejected=int(random.random() < 0.1),
                part=part,
            )
    if random.random() < 0.6:
        yield boutiques.deposit(random, store_id, day)
    if random.random() < 0.6:
        yield boutiques.settlements(random, payments)


# The datasets some systems send in several files a store-day.
_IN_PARTS = {"sales_lines", "tenders", "till_closings", "stock_movements"}


def _parts(random: Random, dataset: str, rows: list[Row]) -> Iterator[tuple[str | None, list[Row]]]:
    """The store-day whole, or in files that may tell the same line twice."""
    if dataset not in _IN_PARTS or random.random() < 0.5:
        yield None, rows
        return
    for part in random.sample("abc", random.choice([1, 2])):
        yield part, [row for row in rows if random.random() < 0.7]


def _lists(random: Random) -> Iterator[Delivery]:
    """Reference lists, now and then, in any state."""
    if random.random() < 0.5:
        yield boutiques.stores(*random.sample(boutiques.STORES, random.choice([2, 3])))
    if random.random() < 0.6:
        yield boutiques.items(random, *random.sample(boutiques.ITEMS, 2))
    if random.random() < 0.5:
        yield boutiques.clients(random)
    if random.random() < 0.4:
        yield boutiques.papers(random, random.choice(boutiques.STORES))
    if random.random() < 0.4:
        yield boutiques.targets(random, random.choice(boutiques.STORES))
    if random.random() < 0.4:
        day, is_open = random.choice(DAYS), random.random() < 0.5
        yield boutiques.trading_day(random.choice(boutiques.STORES), day, is_open=is_open)


def random_batch(random: Random) -> list[Delivery]:
    """Some store-days, new or seen before, some of them twice in the batch."""
    deliveries = list(_lists(random))
    for _ in range(random.randrange(1, 6)):
        clock = random.choice([None, None, at(random.randrange(1, 9))])
        deliveries += _day(random, random.choice(boutiques.STORES), random.choice(DAYS), clock)
    if random.random() < 0.7:
        store_id, day = random.choice(boutiques.STORES), random.choice(DAYS)
        deliveries.append(Delivery("count_scans", boutiques.scans(random, store_id, day)))
    for told in (boutiques.plan, boutiques.memo, boutiques.repair):
        if random.random() < 0.5:
            deliveries.append(told(random, random.choice(boutiques.STORES), random.choice(DAYS)))
    random.shuffle(deliveries)
    return deliveries
