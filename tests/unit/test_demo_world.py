"""The demonstration network without planted errors: a world in which everything adds up."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path

import pytest

from pipelines.demo import write_network
from pipelines.demo.people import DOCUMENT_PREFIX, LAST_NAMES, MAIL_DOMAIN, STREET
from pipelines.demo.rows import DATASETS
from pipelines.ingest.contracts import Column, load_contract
from tests.unit.demo_reading import (
    Row,
    by,
    dataset,
    lines,
    lines_total,
    money,
    paid_total,
)

# A turn of the year, a change of the clocks, an ordinary summer.
PERIODS = [(1, date(2026, 1, 6)), (2, date(2026, 3, 14)), (3, date(2026, 7, 3))]


@pytest.fixture(scope="module", params=PERIODS, ids=lambda p: f"seed {p[0]} until {p[1]}")
def landing(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    seed, until = request.param
    folder = tmp_path_factory.mktemp("network")
    write_network(
        folder / "landing",
        folder / "truth.json",
        stores=3,
        days=14,
        until=until,
        seed=seed,
        plant_errors=False,
    )
    return folder / "landing"


def _fits(column: Column, text: str) -> bool:
    """Whether a written value keeps what the contract promises of its column."""
    if not text:
        return not column.required
    if column.one_of and text not in column.one_of:
        return False
    if column.pattern and not re.fullmatch(column.pattern, text):
        return False
    kind = column.data_type.split("(")[0]
    try:
        return _READ[kind](text) and (column.at_least is None or float(text) >= column.at_least)
    except (ValueError, InvalidOperation):
        return False


_READ = {
    "varchar": bool,
    "date": date.fromisoformat,
    "timestamp": datetime.fromisoformat,
    "boolean": {"true": True, "false": True}.get,
    "integer": lambda text: isinstance(int(text), int),
    "double": lambda text: isinstance(float(text), float),
    "decimal": lambda text: Decimal(text) == round(Decimal(text), 2),
}


def test_every_file_keeps_the_contract(landing: Path) -> None:
    contract = load_contract()
    found = set()
    for path in sorted(landing.rglob("*.csv")):
        name = re.fullmatch(r"(?P<dataset>[a-z_]+?)(_[A-Z]+\d+)?_\d{8}\.csv", path.name)
        assert name, path.name
        promised = contract.datasets[name["dataset"]].columns
        found.add(name["dataset"])
        header = path.read_text("utf-8").split("\n", 1)[0].split(",")
        assert header == list(promised), path.name
        keys = [column for column in promised.values() if column.is_key]
        seen = set()
        for row in lines(path):
            bad = [c.name for c in promised.values() if not _fits(c, row[c.name])]
            assert not bad, (path.name, {name: row[name] for name in bad})
            key = tuple(row[column.name] for column in keys)
            assert key not in seen, (path.name, key)
            seen.add(key)
    assert found == set(DATASETS)


def test_every_completed_receipt_balances_to_the_cent(landing: Path) -> None:
    tenders = by(dataset(landing, "tenders"), "transaction_id")
    sales = by(dataset(landing, "sales_lines"), "transaction_id")
    assert tenders.keys() <= sales.keys()
    for key, rows in sales.items():
        payments = tenders.get(key, [])
        owed = lines_total(rows) if rows[0]["transaction_status"] == "completed" else 0
        off = abs(paid_total(payments) - owed)
        assert off <= Decimal("0.02")
        assert not off or any(row["tender_type"] == "cash" for row in payments)


def test_a_line_is_its_price_less_its_discount(landing: Path) -> None:
    for row in dataset(landing, "sales_lines"):
        full = money(row["quantity"]) * money(row["regular_unit_price"])
        assert full - money(row["discount_amount"]) == money(row["net_amount"]), row


def test_receipt_numbers_never_skip_and_closings_know_them(landing: Path) -> None:
    sales = by(dataset(landing, "sales_lines"), "store_id", "register_id", "receipt_series")
    for rows in sales.values():
        numbers = sorted({int(row["receipt_number"]) for row in rows})
        assert numbers == list(range(numbers[0], numbers[-1] + 1))
    days = by(dataset(landing, "sales_lines"), "store_id", "register_id", "business_date")
    for key, rows in by(
        dataset(landing, "till_closings"), "store_id", "register_id", "business_date"
    ).items():
        numbers = sorted({int(row["receipt_number"]) for row in days.get(key, [])})
        told = {
            (r["first_receipt_number"], r["last_receipt_number"], r["transaction_count"])
            for r in rows
        }
        expected = (str(numbers[0]), str(numbers[-1])) if numbers else ("", "")
        assert told == {(*expected, str(len(numbers)))}
        assert len({row["z_number"] for row in rows}) == 1


def test_the_series_starts_again_with_the_year(landing: Path) -> None:
    for row in dataset(landing, "sales_lines"):
        assert row["receipt_series"] == row["business_date"][:4]
    series = by(dataset(landing, "sales_lines"), "store_id", "register_id", "receipt_series")
    for (store, register, year), rows in series.items():
        if (store, register, str(int(year) - 1)) in series:
            assert min(int(row["receipt_number"]) for row in rows) == 1


def test_closings_declare_what_was_taken(landing: Path) -> None:
    where = ("store_id", "register_id", "business_date", "tender_type")
    taken = {key: paid_total(rows) for key, rows in by(dataset(landing, "tenders"), *where).items()}
    for key, rows in by(dataset(landing, "till_closings"), *where).items():
        (row,) = rows
        declared = money(row["declared_amount"])
        assert declared == taken.pop(key, 0)
        moved = money(row["paid_in"]) - money(row["paid_out"])
        assert money(row["counted_amount"]) == declared + money(row["opening_float"]) + moved
    assert not any(taken.values())


def test_stock_today_is_stock_yesterday_and_what_moved(landing: Path) -> None:
    where = ("item_id", "serial_number", "location")
    movements = by(dataset(landing, "stock_movements"), "store_id", "business_date")
    held: dict[str, Counter[tuple[str, ...]]] = {}
    snapshots = by(dataset(landing, "stock_snapshots"), "store_id", "business_date")
    for (store, day), rows in sorted(snapshots.items()):
        now = Counter({tuple(row[n] for n in where): int(row["quantity"]) for row in rows})
        assert all(units == 1 for key, units in now.items() if key[1])
        if store in held:
            for row in movements.get((store, day), []):
                held[store][tuple(row[n] for n in where)] += int(row["quantity"])
            assert +held[store] == now and min(held[store].values()) >= 0, (store, day)
        held[store] = now


def test_a_piece_is_in_one_place(landing: Path) -> None:
    for _, rows in by(
        dataset(landing, "stock_snapshots"), "business_date", "serial_number"
    ).items():
        assert len(rows) == 1 or not rows[0]["serial_number"]


def test_every_sold_serial_leaves_stock_once_and_comes_back_once(landing: Path) -> None:
    sold = Counter(
        (row["transaction_id"], row["item_id"], row["serial_number"], -int(row["quantity"]))
        for row in dataset(landing, "sales_lines")
        if row["transaction_status"] == "completed"
        and row["line_type"] == "merchandise"
        and row["is_voided_line"] != "true"
    )
    moved = Counter(
        (row["source_transaction_id"], row["item_id"], row["serial_number"], int(row["quantity"]))
        for row in dataset(landing, "stock_movements")
        if row["movement_type"] in ("sale", "sale_return")
    )
    assert sold == moved
    net: Counter[str] = Counter()
    for row in sorted(dataset(landing, "stock_movements"), key=lambda row: row["business_date"]):
        if row["serial_number"] and row["movement_type"] in ("sale", "sale_return"):
            net[row["serial_number"]] -= int(row["quantity"])
    assert set(net.values()) <= {0, 1}


def test_what_arrives_was_sent_before(landing: Path) -> None:
    sent: dict[tuple[str, str, str], Row] = {}
    halves = sorted(
        (row for row in dataset(landing, "stock_movements") if row["transfer_id"]),
        key=lambda row: (row["business_date"], row["movement_type"] == "transfer_in"),
    )
    arrived = 0
    for row in halves:
        key = (row["transfer_id"], row["item_id"], row["serial_number"])
        if row["movement_type"] != "transfer_in":
            assert key not in sent
            sent[key] = row
            continue
        other = sent.pop(key)
        assert other["business_date"] < row["business_date"] == row["expected_on"]
        assert other["quantity"] == f"-{row['quantity']}"
        assert (other["store_id"], other["counterpart_store_id"]) == (
            row["counterpart_store_id"],
            row["store_id"],
        )
        arrived += 1
    assert arrived > 20


def test_a_return_gives_back_what_was_paid(landing: Path) -> None:
    sales = by(dataset(landing, "sales_lines"), "transaction_id", "item_id", "serial_number")
    amounts = ("net_amount", "tax_amount", "quantity", "discount_amount")
    checked = 0
    for row in dataset(landing, "sales_lines"):
        if not row["original_transaction_id"]:
            continue
        assert money(row["quantity"]) < 0
        original = sales[row["original_transaction_id"], row["item_id"], row["serial_number"]]
        given_back = [-money(row[name]) for name in amounts]
        assert given_back in [[money(one[name]) for name in amounts] for one in original]
        assert original[0]["business_date"] < row["business_date"]
        checked += 1
    assert checked


def test_sales_fall_within_the_hours_of_an_open_day(landing: Path) -> None:
    calendar = {
        (row["store_id"], row["business_date"]): row for row in dataset(landing, "trading_days")
    }
    offsets = set()
    for row in dataset(landing, "sales_lines"):
        day = calendar[row["store_id"], row["business_date"]]
        at = datetime.fromisoformat(row["sold_at"])
        offsets.add(at.tzinfo is not None)
        assert day["is_open"] == "true" and row["sold_at"][:10] == row["business_date"]
        assert (
            datetime.fromisoformat(day["opens_at"]) < at < datetime.fromisoformat(day["closes_at"])
        )
    assert offsets == {True, False}


def test_open_days_are_exported_and_closed_days_are_not(landing: Path) -> None:
    sent = {path.name for path in landing.rglob("*.csv")}
    formats = {row["store_id"]: row["store_format"] for row in dataset(landing, "stores")}
    daily = {"stock_snapshots", "stock_movements"}
    selling = daily | {"sales_lines", "tenders", "till_closings"}
    owed = {"boutique": selling | {"store_traffic"}, "online": selling, "warehouse": daily}
    traded = {row["business_date"] for row in dataset(landing, "stock_snapshots")}
    for row in dataset(landing, "trading_days"):
        day = row["business_date"].replace("-", "")
        for name in owed[formats[row["store_id"]]]:
            is_sent = f"{name}_{row['store_id']}_{day}.csv" in sent
            assert is_sent == (row["is_open"] == "true" and row["business_date"] <= max(traded))


def test_the_calendar_reaches_thirty_days_ahead(landing: Path) -> None:
    ahead = max(row["business_date"] for row in dataset(landing, "trading_days"))
    last = max(row["business_date"] for row in dataset(landing, "sales_lines"))
    assert date.fromisoformat(ahead) >= date.fromisoformat(last) + timedelta(days=30)


def test_tax_follows_the_goods(landing: Path) -> None:
    home = {row["store_id"]: row["state"] for row in dataset(landing, "stores")}
    taxed_states = set(home.values())
    shipped = 0
    for row in dataset(landing, "sales_lines"):
        if row["line_type"] in ("gift_card", "deposit", "financial"):
            assert money(row["tax_amount"]) == 0
        elif row["ship_to_country"] and row["quantity"] == "1":
            shipped += 1
            free = row["ship_to_state"] not in taxed_states or row["tax_exemption"] != "none"
            assert (money(row["tax_amount"]) == 0) == free
    assert shipped


def test_people_are_recognisably_invented(landing: Path) -> None:
    for row in dataset(landing, "clients"):
        if row["is_placeholder"] == "true":
            assert not row["last_name"]
            continue
        assert row["last_name"] in LAST_NAMES
        assert row["email"].endswith(MAIL_DOMAIN) and STREET in row["address_line"]
        assert "-555-01" in row["phone"]
        assert row["document_number"].startswith(DOCUMENT_PREFIX) or not row["document_number"]


def test_every_code_is_in_its_list(landing: Path) -> None:
    known = {
        "client_id": {row["client_id"] for row in dataset(landing, "clients")},
        "item_id": {row["item_id"] for row in dataset(landing, "items")},
        "operator_id": {row["employee_id"] for row in dataset(landing, "employees")},
        "store_id": {row["store_id"] for row in dataset(landing, "stores")},
    }
    for name in ("sales_lines", "tenders", "stock_movements", "stock_snapshots"):
        for row in dataset(landing, name):
            for column, codes in known.items():
                assert not row.get(column) or row[column] in codes, (name, column, row[column])
