"""Writes the exports of a whole network, day after day, from a simulation of the true world."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from pipelines.demo import dialects, errors, trading
from pipelines.demo.assortment import make_assortment
from pipelines.demo.banking import Bank
from pipelines.demo.cashiers import Cashiers
from pipelines.demo.chance import chance
from pipelines.demo.dialects.layout import NATIVE, Layout
from pipelines.demo.exports import Export, Landing, arrival, files_for
from pipelines.demo.people import Clients, Staff
from pipelines.demo.places import BOUTIQUE, Place, make_places
from pipelines.demo.planting import Planter
from pipelines.demo.rows import Target
from pipelines.demo.selling import Alter, Day, Wish, traffic
from pipelines.demo.selling import Counter as SalesCounter
from pipelines.demo.stock import Workshop
from pipelines.demo.supply import Supply

_CALENDAR_AHEAD = 30
_AVERAGE_TICKET = 15_500  # USD, for targets: what the simulated boutiques come to
_LISTS_ARRIVE = time(9, 45)  # UTC: night in New York, evening in Honolulu


@dataclass(frozen=True)
class Summary:
    """What was written."""

    stores: int
    first_day: date
    last_day: date
    files: int
    bytes: int
    rows: dict[str, int]
    errors: dict[str, int]
    header_only_files: int
    truth: Path


def write_network(
    landing: Path,
    truth: Path,
    *,
    stores: int = 12,
    days: int = 120,
    until: date,
    seed: int = 7,
    plant_errors: bool = True,
    files_per: str | None = None,
    dialect: Sequence[str] = (),
    without: Collection[str] = (),
    progress: Callable[[int, int], None] | None = None,
) -> Summary:
    """Write the exports of `days` days up to and with `until` below `landing`.

    The same arguments give the same bytes and modification times. Without `plant_errors` the
    same world is exported faultlessly. `files_per` is "store_day" or "day" (one file a dataset
    for the network, errors in files of their own); by default large networks write daily files.
    `dialect` names the systems in whose layout the exports are written (see dialects): their
    mappings, which dialects.write_mappings() writes, are needed to read them. Left out are the
    kinds of errors in `without`, and those that a dialect has no words for.
    `progress` is told days done and days to do. Memory does not grow with `days`.
    """
    if stores < 1 or days < 1:
        raise ValueError("A network has at least one store and one day.")
    first = until - timedelta(days=days - 1)
    layouts = dialects.layouts(dialect)
    network = _Network(seed, make_places(stores, first, days, seed), first, until, layouts)
    planned = errors.plan(seed, network.places, first, days)
    left_out = {*without, *dialects.unsaid(dialect)}
    cashiers = Cashiers(seed, network.full_time(), first, until) if plant_errors else None
    planter = Planter(seed, cashiers)
    target = Landing(landing, files_per or files_for(stores), layouts)
    network.write_lists(target)
    for number in range(days):
        day = first + timedelta(days=number)
        arrives = datetime.combine(day + timedelta(days=1), _LISTS_ARRIVE, UTC)
        with target.one_day(day, errors.DAILY, arrives):
            for index, place in enumerate(network.places):
                error = planned.get((place.store_id, day))
                told = error if plant_errors and error and error.kind not in left_out else None
                exports, sold = network.store_day(
                    index,
                    day,
                    error.wish if error else Wish(),
                    planter.spoiler(told) if told else None,
                )
                planter.carry(place, exports, sold)
                sent = list(exports.values())
                if told:
                    sent = planter.plant(told, place, network.staff_of(place), exports, sold)
                for export in sent:
                    target.store_day(export)
                network.book(sold)
        network.write_new_clients(target, day, arrives)
        network.write_money(target, day, arrives)
        if progress:
            progress(number + 1, days)
    planter.finish()
    summary = Summary(
        stores=stores,
        first_day=first,
        last_day=until,
        files=target.files,
        bytes=target.bytes,
        rows=dict(target.rows),
        errors=dict(Counter(entry["kind"] for entry in planter.truth)),
        header_only_files=target.header_only,
        truth=truth,
    )
    _write_truth(truth, summary, planter, seed)
    return summary


class _Network:
    """The true world, and how it is told."""

    def __init__(
        self,
        seed: int,
        places: list[Place],
        first: date,
        until: date,
        layouts: dict[str, Layout],
    ) -> None:
        self._seed = seed
        self._layouts = layouts
        self._first = first
        self._until = until
        self.places = places
        self._items = make_assortment(seed)
        self._clients = Clients(seed, places, first)
        self._staff = Staff(seed, places, first)
        self._supply = Supply(seed, places, Workshop(self._items), self._staff, until)
        self._counter = SalesCounter(
            seed, places, self._supply.shelves, self._clients, self._staff, until
        )
        self._bank = Bank()
        self._today: dict[str, list[Any]] = defaultdict(list)

    def store_day(
        self, index: int, day: date, wish: Wish, alter: Alter | None
    ) -> tuple[dict[str, Export], Day]:
        """Live the day in one place, and export it; nothing when it is closed."""
        place = self.places[index]
        hours = trading.hours(place, day)
        if hours is None:
            return {}, Day()
        moved = self._supply.morning(index, day)
        sold = Day()
        rows: dict[str, list] = {}
        if place.sells:
            sold = self._counter.day(index, day, hours, wish, alter)
            rows["sales_lines"] = [row for one in sold.receipts for row in one.sales_lines()]
            rows["tenders"] = [row for one in sold.receipts for row in one.tenders()]
            rows["till_closings"] = sold.closings
            moved += [row for one in sold.receipts for row in one.movements()]
        if place.format == BOUTIQUE:
            rows["store_traffic"] = traffic(place, day, hours, self._seed)
        taken_at = place.stamp(hours.closes + timedelta(minutes=35))
        shelf = self._supply.shelves[index]
        rows["stock_snapshots"] = shelf.snapshot(day.isoformat(), taken_at)
        rows["stock_movements"] = moved
        rng = chance(self._seed, "arrival", place.store_id, day)
        return {
            dataset: Export(
                dataset,
                place,
                day,
                lines,
                arrival(place, day, rng),
                layout=self._layouts.get(dataset, NATIVE),
            )
            for dataset, lines in rows.items()
        }, sold

    def write_lists(self, target: Landing) -> None:
        """The reference lists, sent before the first day."""
        day = self._first - timedelta(days=1)
        arrives = datetime.combine(day, _LISTS_ARRIVE, UTC)
        target.reference("stores", day, (place.row() for place in self.places), arrives)
        target.reference("items", day, (item.row() for item in self._items), arrives)
        target.reference("employees", day, self._staff.rows, arrives)
        target.reference("clients", day, self._clients.founders(), arrives)
        target.reference("trading_days", day, self._trading_days(), arrives)
        target.reference("targets", day, self._targets(), arrives)

    def write_new_clients(self, target: Landing, day: date, arrives: datetime) -> None:
        new = self._clients.new_today()
        if new:
            target.reference("clients", day, new, arrives)

    def full_time(self) -> dict[str, str]:
        """Who is most at the till, by boutique."""
        return {
            place.store_id: self._staff.full_time(place)
            for place in self.places
            if place.format == BOUTIQUE
        }

    def staff_of(self, place: Place) -> list[str]:
        return self._staff.all_of(place)

    def book(self, sold: Day) -> None:
        """What tills, processor, bank and ledger will tell of a day in one place."""
        self._bank.take(sold.operations, sold.bag)
        self._today["till_events"] += sold.events
        self._today["ledger_postings"] += sold.postings
        self._today["sale_documents"] += sold.papers

    def write_money(self, target: Landing, day: date, arrives: datetime) -> None:
        """One file a dataset for the whole network; what is settled later comes later."""
        told, self._today = self._today, defaultdict(list)
        told["card_settlements"] = self._bank.settled(day)
        told["bank_deposits"] = self._bank.deposits(day)
        for dataset, rows in told.items():
            target.network_day(dataset, day, rows, arrives)

    def _trading_days(self) -> Iterator[tuple]:
        last = self._until + timedelta(days=_CALENDAR_AHEAD)
        for place in self.places:
            for number in range((last - self._first).days + 1):
                yield trading.trading_day(place, self._first + timedelta(days=number))

    def _targets(self) -> Iterator[Target]:
        """What each place should reach in each month, from what such a month usually brings."""
        last = self._until + timedelta(days=_CALENDAR_AHEAD)
        for place in self.places:
            if not place.sells:
                continue
            month = self._first.replace(day=1)
            while month <= last:
                following = (month + timedelta(days=32)).replace(day=1)
                month_days = [month + timedelta(days=n) for n in range((following - month).days)]
                busy = sum(
                    trading.demand(d) for d in month_days if not trading.closed_because(place, d)
                )
                ambition = chance(self._seed, "target", place.store_id, month).uniform(0.95, 1.15)
                tickets = max(1, round(busy * place.tickets_a_day * 0.85 * ambition))
                values = {
                    "net_sales": tickets * _AVERAGE_TICKET // 1000 * 1000,
                    "transactions": tickets,
                    "units": round(tickets * 1.25),
                }
                for measure, value in values.items():
                    yield Target(place.store_id, month.isoformat(), measure, f"{value}.00")
                month = following


def _write_truth(path: Path, summary: Summary, planter: Planter, seed: int) -> None:
    told = asdict(summary)
    files = {"written": summary.files, "header_only": summary.header_only_files, **planter.files}
    accepted = summary.files - planter.files["duplicate"] - planter.files["refused"]
    document = {
        "seed": seed,
        "stores": summary.stores,
        "first_day": summary.first_day.isoformat(),
        "last_day": summary.last_day.isoformat(),
        "files": {**files, "accepted": accepted - planter.files["superseded"]},
        "rows_written": told["rows"],
        "errors_by_kind": told["errors"],
        "errors": planter.truth,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
