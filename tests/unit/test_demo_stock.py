"""Counts of the demonstration, told anew from its files: they show the labelled faults, no others.

Nothing here knows how the faults are planted. The book of a moment is the last snapshot and what
was posted since; the shelf is what was scanned.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from pipelines.demo import write_network
from pipelines.demo.twists import KINDS, UNPOSTED
from tests.unit.demo_reading import Row, by, dataset

UNTIL = date(2026, 6, 30)
ITEM_LEVEL = {"unknown_serial", "serial_swap", "mislocated"}  # cannot be told without numbers
Goods = tuple[str, str]


class Written:
    """A network whose money is faultless and whose stock is not."""

    def __init__(self, folder: Path, seed: int, serials: bool) -> None:
        self.serials, self.landing = serials, folder / "landing"
        write_network(
            self.landing, folder / "truth.json", stores=4, days=40, until=UNTIL, seed=seed,
            plant_errors=False, plant_faults=True, serials=serials, files_per="day",
        )  # fmt: skip
        self.truth = json.loads((folder / "truth.json").read_text("utf-8"))
        self.faults: list[dict[str, Any]] = self.truth["stock_faults"]
        self.plans = {row["count_id"]: row for row in self._newest("count_plans", "count_id")}
        self.scans = by(dataset(self.landing, "count_scans"), "count_id")
        self.snapshots = by(dataset(self.landing, "stock_snapshots"), "store_id", "business_date")
        self.movements = by(dataset(self.landing, "stock_movements"), "store_id")
        self.items = {row["item_id"]: row for row in dataset(self.landing, "items")}

    def _newest(self, name: str, key: str) -> list[Row]:
        return list({row[key]: row for row in dataset(self.landing, name)}.values())

    def found(self, count_id: str) -> dict[Goods, tuple[int, bool]]:
        """Units counted less units booked of what differs, and whether its zone was scanned."""
        scans, plan = self.scans[(count_id,)], self.plans[count_id]
        seen = _last_scans(scans)
        zones = {row["zone"] for row in scans}
        end = max(_at(row["scanned_at"]) for row in scans)
        book, where = self._book(plan, scans[0]["scanned_at"])
        differs = {}
        for goods in {*book, *seen}:
            item = self.items[goods[0]]
            zone = where.get(goods, "")
            if plan["category"] not in ("", item["category"]):
                continue
            if goods not in seen and plan["zone"] not in ("", zone):
                continue
            at, units = seen.get(goods, (end, 0))
            booked = sum(units for when, units in book.get(goods, []) if when <= at)
            if units != booked:
                differs[goods] = (units - booked, goods in seen or zone in zones)
        return differs

    def _book(
        self, plan: Row, first: str
    ) -> tuple[dict[Goods, list[tuple[datetime, int]]], dict[Goods, str]]:
        store, day = plan["store_id"], first[:10]
        before = max(d for s, d in self.snapshots if s == store and d < day)
        book, where = defaultdict(list), {}
        for row in self.snapshots[store, before]:
            goods = row["item_id"], row["serial_number"]
            book[goods].append((datetime.min, int(row["quantity"])))
            where[goods] = row["location"]
        for row in self.movements[(store,)]:
            if row["business_date"] == day:
                goods = row["item_id"], row["serial_number"]
                book[goods].append((_at(row["posted_at"]), int(row["quantity"])))
                where.setdefault(goods, row["location"])
        return book, where


def _at(stamp: str) -> datetime:
    return datetime.fromisoformat(stamp).replace(tzinfo=None)


def _last_scans(scans: list[Row]) -> dict[Goods, tuple[datetime, int]]:
    """What each last pass says: pieces are one piece however often scanned, units add up."""
    of = by(scans, "item_id", "serial_number")
    found = {}
    for goods, rows in of.items():
        last = [row for row in rows if row["count_pass"] == max(r["count_pass"] for r in rows)]
        units = sum(int(row["quantity"]) for row in last)
        found[goods[0], goods[1]] = (
            _at(last[0]["scanned_at"]),
            min(units, 1) if goods[1] else units,
        )
    return found


@pytest.fixture(scope="module", params=[(1, True), (2, True), (3, False)], ids=str)
def written(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Written:
    seed, serials = request.param
    return Written(tmp_path_factory.mktemp("network"), seed, serials)


def test_counts_show_the_labelled_faults_and_no_others(written: Written) -> None:
    labelled: dict[str, dict[Goods, int]] = defaultdict(dict)
    for fault in written.faults:
        if fault["outcome"] not in ("duplicate_scan", "mislocated"):
            goods = fault["item_id"], fault["serial_number"] or ""
            assert goods not in labelled[fault["count_id"]]
            labelled[fault["count_id"]][goods] = fault["units"]
    assert labelled
    for (count_id,) in written.scans:
        found = {
            goods: units if counted else 0
            for goods, (units, counted) in written.found(count_id).items()
        }
        assert found == labelled.get(count_id, {}), count_id


def test_many_kinds_of_faults_are_planted(written: Written) -> None:
    kinds = {fault["kind"] for fault in written.faults}
    told = {(fault["kind"], fault["began_on"], *fault["documents"]) for fault in written.faults}
    assert len(told) >= 10 and len(kinds) >= 8
    assert kinds <= set(KINDS) - (set() if written.serials else ITEM_LEVEL)
    assert {fault["kind"] for fault in written.faults if fault["root_cause"] == "not_counted"} <= {
        "not_counted"
    }


def test_what_is_scanned_twice_or_elsewhere_is_in_the_scans(written: Written) -> None:
    for fault in written.faults:
        scans = [
            row
            for row in written.scans[(fault["count_id"],)]
            if (row["item_id"], row["serial_number"] or None)
            == (fault["item_id"], fault["serial_number"])
        ]
        if fault["kind"] == "double_scan":
            assert len({(row["count_pass"], row["zone"]) for row in scans}) < len(scans)
        if fault["kind"] == "mislocated":
            book = written.snapshots
            kept = {
                row["location"]
                for (store, day), rows in book.items()
                for row in rows
                if store == fault["store_id"] and day < fault["business_date"]
                and row["serial_number"] == fault["serial_number"]
            }  # fmt: skip
            assert kept and not kept & {row["zone"] for row in scans}


def test_pairs_point_at_each_other(written: Written) -> None:
    by_serial = defaultdict(list)
    for fault in written.faults:
        by_serial[fault["kind"], fault["item_id"], fault["serial_number"]].append(fault)
    for fault in written.faults:
        if fault["paired_serial"]:
            others = by_serial[fault["kind"], fault["paired_item_id"], fault["paired_serial"]]
            assert all(one["paired_serial"] == fault["serial_number"] for one in others)


def test_documents_of_the_labels_are_in_the_exports(written: Written) -> None:
    known = {
        row[column]
        for name, columns in {
            "stock_movements": ("document_id", "transfer_id"),
            "sales_lines": ("transaction_id",),
            "consignments": ("consignment_id",),
            "repairs": ("repair_id",),
        }.items()
        for row in dataset(written.landing, name)
        for column in columns
    }
    for fault in written.faults:
        told = {*fault["documents"], *fault["mended_by"]}
        # A delivery is booked after the count that finds it; the last ones after the end.
        if fault["kind"] == "unposted_receipt" and not fault["mended_on"]:
            continue
        assert told <= known, fault


def test_the_book_adds_up_in_spite_of_faults(written: Written) -> None:
    where = ("item_id", "serial_number", "location")
    for store, days in by(
        (row for rows in written.snapshots.values() for row in rows), "store_id"
    ).items():
        moved = by(written.movements[store], "business_date")
        held = {
            day: Counter({tuple(row[n] for n in where): int(row["quantity"]) for row in rows})
            for (day,), rows in by(days, "business_date").items()
        }
        for before, day in pairwise(sorted(held)):
            now = Counter(held[before])
            for row in moved.get((day,), []):
                now[tuple(row[n] for n in where)] += int(row["quantity"])
            assert +now == held[day] and min(now.values()) >= 0, (store, day)


def test_only_unposted_receipts_trouble_the_checks_of_money(written: Written) -> None:
    errors = written.truth["errors"]
    assert {error["kind"] for error in errors} <= (set(UNPOSTED) if written.serials else set())
    sold = {
        (row["transaction_id"], row["serial_number"])
        for row in dataset(written.landing, "sales_lines")
        if row["transaction_status"] == "completed" and row["line_type"] == "merchandise"
        and row["is_voided_line"] != "true" and row["serial_number"]
    }  # fmt: skip
    moved = {
        (row["source_transaction_id"], row["serial_number"])
        for row in dataset(written.landing, "stock_movements")
        if row["movement_type"] in ("sale", "sale_return") and row["serial_number"]
    }
    assert sold - moved == {(e["transaction_id"], e["serial_number"]) for e in errors}
    assert moved <= sold


def test_counts_are_planned_done_late_and_called_off(written: Written) -> None:
    told = by(dataset(written.landing, "count_plans"), "count_id")
    assert {row["status"] for rows in told.values() for row in rows} >= {
        "planned", "counted", "approved",
    }  # fmt: skip
    assert all(rows[0]["status"] == "planned" for rows in told.values())
    full = Counter(row["store_id"] for row in written.plans.values() if row["count_type"] == "full")
    boutiques = {r["store_id"] for r in dataset(written.landing, "stores")
                 if r["store_format"] == "boutique"}  # fmt: skip
    assert full == Counter(boutiques)
    counted = {
        key for key, row in written.plans.items() if row["status"] in ("counted", "approved")
    }
    assert counted == {count_id for (count_id,) in written.scans}


def test_a_recount_is_done_by_another_person(written: Written) -> None:
    passes = set()
    for scans in written.scans.values():
        people = by(scans, "count_pass")
        passes |= people.keys()
        assert [int(row["scan_number"]) for row in scans] == list(range(1, len(scans) + 1))
        who = [rows[0]["counted_by"] for rows in people.values()]
        assert len(set(who)) == len(who)
        assert all(len({row["counted_by"] for row in rows}) == 1 for rows in people.values())
    assert passes == {("1",), ("2",), ("3",)}


def test_without_serial_numbers_there_are_none(written: Written) -> None:
    names = ("stock_snapshots", "stock_movements", "sales_lines", "count_scans", "consignments")
    carried = any(row["serial_number"] for name in names for row in dataset(written.landing, name))
    assert carried == written.serials
    assert any(row["is_serialized"] == "true" for row in written.items.values()) == carried


def test_supplies_memos_and_repairs_have_their_troubles(written: Written) -> None:
    levels = list(dataset(written.landing, "supply_levels"))
    low = [row for row in levels if int(row["on_hand"]) <= int(row["reorder_point"])]
    assert 0 < len(low) < len(levels)
    memos = written._newest("consignments", "consignment_id")
    today = UNTIL.isoformat()
    assert any(not row["returned_on"] and row["due_back_on"] < today for row in memos)
    assert any(row["returned_on"] for row in memos)
    repairs = written._newest("repairs", "repair_id")
    assert {row["owner"] for row in repairs} == {"client", "house"}
    statuses = {r["stock_status"] for rows in written.snapshots.values() for r in rows}
    assert ("reserved" in statuses) == written.serials


def test_ten_seeds_show_every_kind(tmp_path: Path) -> None:
    kinds: set[str] = set()
    for seed in range(1, 11):
        folder = tmp_path / str(seed)
        write_network(
            folder / "landing", folder / "truth.json", stores=4, days=40, until=UNTIL, seed=seed,
            files_per="day",
        )  # fmt: skip
        kinds |= {
            fault["kind"]
            for fault in json.loads((folder / "truth.json").read_text("utf-8"))["stock_faults"]
        }
    assert kinds == set(KINDS)


def test_faults_of_stock_leave_the_world_as_it_is(tmp_path: Path) -> None:
    """The same sales in a network whose stock is faultless."""
    sold = []
    for plant in (True, False):
        folder = tmp_path / str(plant)
        write_network(
            folder / "landing", folder / "truth.json", stores=3, days=30, until=UNTIL, seed=4,
            plant_errors=False, plant_faults=plant, files_per="day",
        )  # fmt: skip
        sold.append(
            [list(dataset(folder / "landing", name)) for name in ("sales_lines", "tenders")]
        )
    assert sold[0] == sold[1]
