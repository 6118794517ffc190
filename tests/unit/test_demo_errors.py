"""The planted errors: each is in the files, is labelled, and nothing else is wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from pipelines.demo import cashiers, write_network
from pipelines.demo.errors import DAILY, KINDS
from tests.unit.demo_reading import Row, by, contents, dataset, lines, lines_total, paid_total

# Kinds that spoil the files they name, and no others.
FILES = set(KINDS[:11])
SENT_AGAIN = ("reexport_file", "back_dated_file")
UNTIL = date(2026, 6, 30)
ROUNDED = Decimal("0.02")  # at most, where cash is paid to five cents


class Written:
    """A network with planted errors beside the same network without."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.landing, self.clean = folder / "planted", folder / "clean"
        for landing, plant in ((self.landing, True), (self.clean, False)):
            truth = folder / f"{landing.name}.json"
            write_network(
                landing, truth, stores=6, days=40, until=UNTIL, seed=seed, plant_errors=plant
            )
        self.truth = json.loads((folder / "planted.json").read_text("utf-8"))
        told: list[dict[str, Any]] = self.truth["errors"]
        self.errors = [error for error in told if error["kind"] not in cashiers.KINDS]
        self.habits = [error for error in told if error["kind"] in cashiers.KINDS]
        self.zones = {row["store_id"]: row["time_zone"] for row in dataset(self.landing, "stores")}

    def of(self, *kinds: str) -> list[dict[str, Any]]:
        found = [error for error in self.errors if error["kind"] in kinds]
        assert found, kinds
        return found

    def minutes_late(self, error: dict[str, Any], name: str) -> int:
        """Minutes after 07:00 of the store's next morning at which a file arrived."""
        morning = date.fromisoformat(error["business_date"]) + timedelta(days=1)
        due = datetime.combine(morning, time(7), ZoneInfo(self.zones[error["store_id"]]))
        arrived = datetime.fromtimestamp((self.landing / name).stat().st_mtime, UTC)
        return int((arrived - due).total_seconds() // 60)

    def accepted(self, name: str) -> Iterator[Row]:
        """Rows of a dataset as they stand once refused, replaced and bad ones are left out."""
        gone = {error["replaced_file_name"] for error in self.of(*SENT_AGAIN)}
        gone |= {error["file_name"] for error in self.of("duplicate_file", "schema_drift")}
        bad = {error["file_name"]: error["line_no"] for error in self.of("bad_line")}
        for path in sorted(self.landing.rglob(f"{name}_*.csv")):
            file_name = path.relative_to(self.landing).as_posix()
            if file_name not in gone:
                for number, row in enumerate(lines(path), 2):
                    if bad.get(file_name) != number:
                        yield row


@pytest.fixture(scope="module", params=[7, 8])
def written(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Written:
    return Written(tmp_path_factory.mktemp("network"), request.param)


def _expected(errors: list[dict[str, Any]], table: str) -> list[dict[str, Any]]:
    return [
        {**row["key"], **row["values"]}
        for error in errors
        for row in error["expected"]
        if row["table"] == table
    ]


def test_every_kind_is_planted(written: Written) -> None:
    # Some need what a day may not hold: a sale before the return, two receipts of one till.
    skipped = set(KINDS) - {error["kind"] for error in written.errors}
    choosy = {"refund_without_receipt", "self_refund", "sold_twice", "line_mismatch", "bag_missing"}
    assert skipped <= {*choosy, "time_disorder"}
    assert {error["kind"] for error in written.habits} == set(cashiers.KINDS)
    assert all(error["count"] > 5 for error in written.habits)
    assert written.truth["errors_by_kind"] == {
        kind: sum(error["kind"] == kind for error in [*written.errors, *written.habits])
        for kind in written.truth["errors_by_kind"]
    }


def test_only_the_files_named_differ_from_the_faultless_world(written: Written) -> None:
    planted, clean = contents(written.landing), contents(written.clean)
    different = {name for name in planted | clean if planted.get(name) != clean.get(name)}
    named = {
        error[key]
        for error in written.errors
        for key in ("file_name", "replaced_file_name", "corrected_file_name")
        if error.get(key)
    }
    withheld = {
        error["file_name"].replace("sales_lines", "tenders")
        for error in written.errors
        if error["kind"].startswith("receipt_gap_")
    }
    assert named | withheld <= different
    money = [error for error in written.errors if error["kind"] not in FILES]
    of_day = tuple(
        f"{error['store_id']}_{error['business_date'].replace('-', '')}" for error in money
    )
    shifting = ("z_gap", "z_repeat", "quiet_day_unclosed")
    renumbered = {error["store_id"] for error in money if error["kind"] in shifting}
    striking = {error["store_id"] for error in written.habits}
    unexplained = {
        name
        for name in different - named - withheld
        if not name.startswith("network/")
        and not name.endswith(tuple(f"{one}.csv" for one in of_day))
        and not ("/till_closings_" in name and name.split("/")[0] in renumbered)
        and not ("/sales_lines_" in name and name.split("/")[0] in striking)
    }
    assert unexplained == set()


def test_no_two_errors_meet(written: Written) -> None:
    calendar = by(dataset(written.landing, "trading_days"), "store_id")
    for store in calendar:
        days = [row["business_date"] for row in calendar[store] if row["is_open"] == "true"]
        hit = [
            days.index(error["business_date"])
            for error in written.errors
            if error["store_id"] == store[0]
        ]
        assert all(b - a > 1 for a, b in pairwise(sorted(hit)))


def test_late_files_are_late_and_all_others_are_not(written: Written) -> None:
    late = {}
    for error in written.of("late_file", "schema_drift"):
        name = error.get("corrected_file_name") or error["file_name"]
        if error["minutes_late"] is not None:
            late[name] = error["minutes_late"]
    late_on_purpose = {error["file_name"] for error in written.of(*SENT_AGAIN)}
    late_on_purpose |= {error["file_name"] for error in written.of("duplicate_file")}
    for path in written.landing.rglob("*_*.csv"):
        name = path.relative_to(written.landing).as_posix()
        if name.startswith(("reference/", "network/")) or name in late_on_purpose:
            continue
        store, day = path.stem.removesuffix("_2").rsplit("_", 2)[1:]
        about = {"store_id": store, "business_date": f"{day[:4]}-{day[4:6]}-{day[6:]}"}
        minutes = written.minutes_late(about, name)
        assert minutes == late[name] if name in late else -360 < minutes < -50, name
    for error in written.of("late_file"):
        assert 180 <= error["minutes_late"] < 1800
        (row,) = _expected([error], "finance.deliveries")
        assert row["minutes_late"] == error["minutes_late"] and row["status"] == "received"


def test_missing_files_were_never_sent(written: Written) -> None:
    for error in written.of("missing_file"):
        assert not (written.landing / error["file_name"]).exists()
        assert (written.clean / error["file_name"]).exists()
        assert _expected([error], "finance.deliveries")[0]["status"] == "missing"


def test_duplicates_are_the_same_bytes_under_another_name(written: Written) -> None:
    for error in written.of("duplicate_file"):
        again = written.landing / error["file_name"]
        original = written.landing / error["original_file_name"]
        assert again.read_bytes() == original.read_bytes()
        assert len(lines(again)) > 0 and again.stat().st_mtime > original.stat().st_mtime


def test_reexports_change_the_measures_they_say(written: Written) -> None:
    measured = {
        "net_sales": lambda row: (
            Decimal(row["net_amount"])
            if (row["transaction_status"], row["line_type"], row["is_voided_line"])
            == ("completed", "merchandise", "false")
            else 0
        ),
        "tender_total": lambda row: (
            Decimal(row["tender_amount"]) - Decimal(row["change_amount"] or 0)
        ),
        "declared_amount": lambda row: Decimal(row["declared_amount"]),
        "visitors": lambda row: int(row["visitors"]),
        "stock_units": lambda row: int(row["quantity"]),
        "movement_units": lambda row: int(row["quantity"]),
    }
    for error in written.of(*SENT_AGAIN):
        assert len(error["measures"]) == 1
        ((name, values),) = error["measures"].items()
        for key, told in (
            ("replaced_file_name", "old_value"),
            ("file_name", "new_value"),
        ):
            total = sum(measured[name](row) for row in lines(written.landing / error[key]))
            assert total == Decimal(values[told]), (error["file_name"], key)
        assert values["old_value"] != values["new_value"]
        right = written.clean / error["replaced_file_name"]
        assert (written.landing / error["file_name"]).read_bytes() == right.read_bytes()


def test_bad_lines_are_where_they_are_said_to_be(written: Written) -> None:
    for error in written.of("bad_line"):
        rows = lines(written.landing / error["file_name"])
        row = rows[error["line_no"] - 2]
        assert row[error["column_name"]] == error["value"]
        assert len(rows) >= 11, "one bad line is more than a tenth"


def test_a_renamed_header_is_the_only_thing_wrong_with_a_refused_file(written: Written) -> None:
    for error in written.of("schema_drift"):
        text = (written.landing / error["file_name"]).read_text("utf-8")
        right = (written.clean / error["file_name"]).read_text("utf-8")
        header = right.split("\n", 1)[0].split(",")
        told = text.split("\n", 1)[0].split(",")
        assert [(a, b) for a, b in zip(header, told, strict=True) if a != b] == [
            (error["column_name"], error["renamed_to"])
        ]
        assert text.split("\n", 1)[1] == right.split("\n", 1)[1]
        if error["corrected_file_name"]:
            assert (written.landing / error["corrected_file_name"]).read_text("utf-8") == right
        else:
            assert not list(written.landing.rglob(Path(error["file_name"]).stem + "_*")), (
                "it never came"
            )


def test_receipts_missing_are_those_planted_and_no_others(written: Written) -> None:
    found = []
    seen = by(written.accepted("sales_lines"), "store_id", "register_id", "business_date")
    for key, rows in by(
        written.accepted("till_closings"), "store_id", "register_id", "business_date"
    ).items():
        if key not in seen or not rows[0]["first_receipt_number"]:
            continue
        numbers = sorted({int(row["receipt_number"]) for row in seen[key]})
        first, last = (int(rows[0][f"{end}_receipt_number"]) for end in ("first", "last"))
        edges = [first - 1, *numbers, last + 1]
        for before, after in pairwise(edges):
            if after - before > 1:
                position = "inside"
                if before == edges[0]:
                    position = "start_of_day"
                elif after == edges[-1]:
                    position = "end_of_day"
                found.append((*key, before + 1, after - 1, position))
    kinds = [kind for kind in KINDS if kind.startswith("receipt_gap_")]
    names = ("store_id", "register_id", "business_date", "first_missing", "last_missing")
    expected = [
        (*(row[name] for name in names), row["position"])
        for row in _expected(written.of(*kinds), "finance.receipt_gaps")
    ]
    assert sorted(found) == sorted(expected)


def test_receipts_out_of_balance_are_those_planted_and_no_others(written: Written) -> None:
    tenders = by(written.accepted("tenders"), "transaction_id")
    days = {(row["store_id"], row["business_date"]) for row in written.accepted("tenders")}
    found = {}
    for (key,), rows in by(written.accepted("sales_lines"), "transaction_id").items():
        judged = (rows[0]["store_id"], rows[0]["business_date"]) in days
        if rows[0]["transaction_status"] == "completed" and judged:
            totals = lines_total(rows), paid_total(tenders.get((key,), []))
            if abs(totals[0] - totals[1]) > ROUNDED:
                found[key] = totals
    for error in written.of("payment_without_receipt"):
        stray = error["transaction_id"]
        found[stray] = (Decimal(), paid_total(tenders[stray,]))
    expected = {
        row["transaction_id"]: (Decimal(row["lines_total"]), Decimal(row["tenders_total"]))
        for row in _expected(written.errors, "finance.unbalanced_transactions")
    }
    assert found == expected


def test_stock_is_out_of_step_only_where_it_is_said(written: Written) -> None:
    said = {
        (row["store_id"], row["business_date"]): int(row["residual_units"])
        for row in _expected(written.errors, "inventory.stock_rollforward_daily")
    }
    moved = by(written.accepted("stock_movements"), "store_id", "business_date")
    absent = {
        (error["store_id"], error["business_date"])
        for error in written.of("missing_file", "schema_drift")
        if "inventory.stock_rollforward_daily" in error["not_judged"]
    }
    held: dict[str, int] = {}
    found, unsure = {}, set()
    snapshots = by(written.accepted("stock_snapshots"), "store_id", "business_date")
    for store, day in sorted(snapshots.keys() | moved.keys() | absent):
        units = sum(int(row["quantity"]) for row in snapshots.get((store, day), []))
        change = sum(int(row["quantity"]) for row in moved.get((store, day), []))
        if (store, day) in absent:
            unsure.add(store)
        elif store in held and store not in unsure and units - held[store] != change:
            found[store, day] = units - held[store] - change
        if (store, day) in snapshots:
            held[store] = units
        if (store, day) not in absent:
            unsure.discard(store)
    assert found == said


def test_the_counts_of_files_agree_with_the_folder(written: Written) -> None:
    files = written.truth["files"]
    names = contents(written.landing)
    assert files["written"] == len(names)
    assert files["duplicate"] == len(written.of("duplicate_file"))
    assert files["refused"] == len(written.of("schema_drift"))
    assert files["superseded"] == len(written.of(*SENT_AGAIN))
    assert files["never_sent"] == len(written.of("missing_file"))
    assert files["header_only"] == sum(body.count(b"\n") == 1 for body, _ in names.values())
    rest = ("duplicate", "refused", "superseded")
    assert files["accepted"] == files["written"] - sum(files[name] for name in rest)


def test_daily_files_tell_the_same_as_store_files(written: Written, tmp_path: Path) -> None:
    write_network(
        tmp_path / "landing",
        tmp_path / "truth.json",
        stores=6,
        days=40,
        until=UNTIL,
        seed=written.truth["seed"],
        files_per="day",
    )
    truth = json.loads((tmp_path / "truth.json").read_text("utf-8"))
    assert truth["errors"] == written.truth["errors"]
    assert truth["files"]["written"] < written.truth["files"]["written"] / 3
    for name in DAILY:
        one, other = (
            sorted(tuple(row.items()) for row in dataset(landing, name))
            for landing in (written.landing, tmp_path / "landing")
        )
        assert one == other
