"""Writes the exports of a whole network, day after day, from a simulation of the true world."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from pipelines.demo import calendars, dialects, errors, trading
from pipelines.demo.assortment import make_assortment
from pipelines.demo.banking import Bank
from pipelines.demo.cashiers import Cashiers
from pipelines.demo.chance import chance
from pipelines.demo.counting import Planned
from pipelines.demo.dialects.layout import NATIVE, Layout
from pipelines.demo.errors import Error
from pipelines.demo.exports import Export, Landing, arrival, files_for
from pipelines.demo.people import Clients, Staff
from pipelines.demo.places import BOUTIQUE, Place, make_places
from pipelines.demo.planting import Planter
from pipelines.demo.selling import Alter, Day, Wish, traffic
from pipelines.demo.selling import Counter as SalesCounter
from pipelines.demo.stock import Workshop
from pipelines.demo.stockroom import Hands, Stockroom
from pipelines.demo.supply import Supply
from pipelines.demo.telling import Telling

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
    plant_faults: bool | None = None,
    serials: bool = True,
    progress: Callable[[int, int], None] | None = None,
) -> Summary:
    """Write the exports of `days` days up to and with `until` below `landing`.

    The same arguments give the same bytes and modification times. Without `plant_errors` the
    same world is exported faultlessly. `files_per` is "store_day" or "day" (one file a dataset
    for the network, errors in files of their own); by default large networks write daily files.
    `dialect` names the systems in whose layout the exports are written (see dialects): their
    mappings, which dialects.write_mappings() writes, are needed to read them. Left out are the
    kinds of errors in `without`, and those that a dialect has no words for. Faults of stock are
    planted with the errors, or as `plant_faults` says. Without `serials` no goods carry a serial
    number, and stock can be told from the book by item only.
    `progress` is told days done and days to do. Memory does not grow with `days`.
    """
    if stores < 1 or days < 1:
        raise ValueError("A network has at least one store and one day.")
    first = until - timedelta(days=days - 1)
    layouts = dialects.layouts(dialect)
    places = make_places(stores, first, days, seed)
    planned = errors.plan(seed, places, first, days)
    telling = Telling(plant_errors if plant_faults is None else plant_faults, serials)
    network = _Network(seed, places, first, until, layouts, planned, telling)
    left_out = {*without, *dialects.unsaid(dialect), *(() if serials else errors.OF_SERIALS)}
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
                for fault in network.unposted():
                    planter.unposted(*fault, exports["stock_movements"])
                planter.carry(place, exports, sold)
                sent = list(exports.values())
                if told:
                    sent = planter.plant(told, place, network.staff_of(place), exports, sold)
                for export in sent:
                    target.store_day(export)
                network.book(sold)
        network.write_new_clients(target, day, arrives)
        network.write_money(target, day, arrives)
        network.write_stock(target, day, arrives)
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
    _write_truth(truth, summary, planter, network.stock_faults, seed)
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
        planned: Planned,
        telling: Telling,
    ) -> None:
        self._seed = seed
        self._telling = telling
        self._layouts = layouts
        self._first = first
        self._until = until
        self.places = places
        self._items = make_assortment(seed)
        self._clients = Clients(seed, places, first)
        self._staff = Staff(seed, places, first)
        workshop = Workshop(self._items)
        self._supply = Supply(seed, places, workshop, self._staff, until)
        self._counter = SalesCounter(
            seed, places, self._supply.shelves, self._clients, self._staff, until
        )
        self._bank = Bank()
        self._stock = Stockroom(
            seed, places, self._items, first, until, planned, telling,
            Hands(self._supply, workshop, self._clients, self._staff, self._counter),
        )  # fmt: skip
        self._today: dict[str, list[Any]] = defaultdict(list)

    def store_day(
        self, index: int, day: date, wish: Wish, alter: Alter | None
    ) -> tuple[dict[str, Export], Day]:
        """Live the day in one place, and export it; nothing when it is closed."""
        place = self.places[index]
        hours = trading.hours(place, day)
        if hours is None:
            return {}, Day()
        moved = [
            *self._stock.morning(index, day, hours),
            *self._supply.morning(index, day),
        ]
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
        rows["stock_movements"] = self._stock.day(index, day, hours, moved, sold)
        rows["stock_snapshots"] = self._stock.snapshot(index, day, hours)
        rng = chance(self._seed, "arrival", place.store_id, day)
        return {
            dataset: Export(
                dataset,
                place,
                day,
                self._telling.told(dataset, lines),
                arrival(place, day, rng),
                layout=self._layouts.get(dataset, NATIVE),
            )
            for dataset, lines in rows.items()
        }, sold

    def write_lists(self, target: Landing) -> None:
        """The reference lists, sent before the first day."""
        day = self._first - timedelta(days=1)
        arrives = datetime.combine(day, _LISTS_ARRIVE, UTC)
        targets = calendars.targets(self._seed, self.places, self._first, self._until)
        target.reference("stores", day, (place.row() for place in self.places), arrives)
        target.reference(
            "items", day, self._telling.told("items", (item.row() for item in self._items)), arrives
        )
        target.reference("employees", day, self._staff.rows, arrives)
        target.reference("clients", day, self._clients.founders(), arrives)
        target.reference(
            "trading_days",
            day,
            calendars.trading_days(self.places, self._first, self._until),
            arrives,
        )
        target.reference("targets", day, targets, arrives)

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

    def write_stock(self, target: Landing, day: date, arrives: datetime) -> None:
        """Counts, and what is away: one file a dataset for the whole network."""
        for dataset, rows in self._stock.told(day).items():
            target.network_day(dataset, day, self._telling.told(dataset, rows), arrives)

    def unposted(self) -> list[tuple[Error, str, str]]:
        """Receipts of the last day in one place that the stock was not told of."""
        return self._stock.unposted()

    @property
    def stock_faults(self) -> list[dict[str, Any]]:
        return self._stock.truth


def _write_truth(
    path: Path, summary: Summary, planter: Planter, faults: list[dict[str, Any]], seed: int
) -> None:
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
        "stock_faults": faults,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
