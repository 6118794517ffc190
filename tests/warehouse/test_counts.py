"""A whole stock count through the models: from plan, scans, snapshot and movements to its lines."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from pipelines.settings import Home
from tests.warehouse import boutiques
from tests.warehouse.builds import Warehouse, at, differences
from tests.warehouse.lake import Delivery, Lake, Row

STORE = "NYC"
MONDAY, TUESDAY = date(2025, 3, 3), date(2025, 3, 4)


@pytest.mark.slow
def test_a_count_is_judged_by_the_book_of_each_scan(tmp_path: Path) -> None:
    lake = Lake(Home(tmp_path / "home"))
    daily = Warehouse(lake.home, tmp_path / "daily.duckdb", tmp_path / "target")
    lake.commit(boutiques.stores(STORE), _items(), _snapshot(), at=at(4, 4))
    daily.build(at(4, 5))
    lake.commit(_plans(), _scans(), at=at(4, 20))
    daily.build(at(4, 21))
    lake.commit(_movements(), at=at(5, 4))
    daily.build(at(5, 5))

    lines = {
        (count, serial or item, zone, book, counted, variance)
        for count, item, serial, zone, book, counted, variance in daily.ask(
            """
            select count_id, item_id, serial_number, zone, cast(book_units as int),
                cast(counted_units as int), cast(variance_units as int)
            from inventory.count_lines
            """
        )
    }
    assert lines == {
        ("C1", "THERE", "SALON", 1, 1, 0),
        ("C1", "TWICE", "SALON", 1, 1, 0),
        ("C1", "SOLD-AFTER", "SALON", 1, 1, 0),
        ("C1", "MOVED", "SALON", 1, 1, 0),
        ("C1", "GONE", None, 1, 0, -1),
        ("C1", "IN-REPAIR", "SALON", 0, 1, 1),
        ("C1", "NOBODY-KNOWS", "SALON", 0, 1, 1),
        ("C1", "ARRIVED", "SALON", 1, 1, 0),
        ("C1", "scarf", "SALON", 5, 4, -1),
        ("C1", "kit", "SALON", 3, 0, -3),
        ("C1", "SAFE", None, 1, None, None),
    }

    rebuilt = Warehouse(lake.home, tmp_path / "rebuilt.duckdb", tmp_path / "target")
    rebuilt.build(at(5, 5), afresh=True)
    assert differences(daily, rebuilt) == {}


def _items() -> Delivery:
    def item(item_id: str, category: str, cost: int, *, serialized: bool) -> Row:
        return {
            "item_id": item_id,
            "item_name": item_id,
            "category": category,
            "is_serialized": serialized,
            "unit_cost": Decimal(cost),
            "unit_retail_price": Decimal(cost * 3),
            "currency": "USD",
        }

    return Delivery(
        "items",
        [
            item("ring", "rings", 1000, serialized=True),
            item("scarf", "accessories", 100, serialized=False),
            item("kit", "care", 10, serialized=False),
        ],
    )


def _snapshot() -> Delivery:
    def held(item: str, serial: str | None, location: str, units: int = 1, **more: str) -> Row:
        return {
            "store_id": STORE,
            "location": location,
            "item_id": item,
            "serial_number": serial,
            "business_date": MONDAY,
            "quantity": Decimal(units),
            "stock_status": "available",
            "unit_cost": Decimal(1000 if serial else 100),
            "snapshot_at": datetime(2025, 3, 4, 2, tzinfo=UTC).replace(tzinfo=None),
            **more,
        }

    salon = ("THERE", "TWICE", "SOLD-AFTER", "SOLD-BEFORE", "SOLD-UNSEEN", "GONE")
    return Delivery(
        "stock_snapshots",
        [
            *(held("ring", serial, "SALON") for serial in salon),
            held("ring", "IN-REPAIR", "SALON", stock_status="in_repair"),
            held("ring", "AWAY", "SALON", stock_status="on_consignment"),
            held("ring", "MOVED", "VAULT"),
            held("ring", "SAFE", "VAULT"),
            held("scarf", None, "SALON", 6),
            held("kit", None, "SALON", 3),
        ],
        [(STORE, MONDAY)],
    )


def _movements() -> Delivery:
    def moved(number: int, kind: str, serial: str | None, units: int, at: datetime) -> Row:
        return {
            "document_id": f"D{number}",
            "line_number": 1,
            "movement_type": kind,
            "store_id": STORE,
            "item_id": "ring" if serial else "scarf",
            "serial_number": serial,
            "quantity": Decimal(units),
            "posted_at": at,
            "business_date": TUESDAY,
        }

    return Delivery(
        "stock_movements",
        [
            moved(1, "sale", "SOLD-BEFORE", -1, at(4, 14)),
            moved(2, "sale", "SOLD-AFTER", -1, at(4, 17)),
            moved(3, "sale", "SOLD-UNSEEN", -1, at(4, 17)),
            moved(4, "receipt", "ARRIVED", 1, at(4, 14)),
            moved(5, "sale", None, -1, at(4, 14)),
            moved(6, "sale", None, -2, at(4, 19)),
        ],
        [(STORE, TUESDAY)],
    )


def _plans() -> Delivery:
    return Delivery(
        "count_plans",
        [
            {
                "count_id": "C1",
                "store_id": STORE,
                "count_type": "full",
                "due_on": TUESDAY,
                "status": "counted",
            }
        ],
    )


def _scans() -> Delivery:
    read: list[tuple[int, str, str | None, str | None, int, int]] = [
        (1, "SALON", "ring", "MISREAD", 1, 15),
        (1, "SALON", "ring", "GONE", 1, 15),
        (1, "SALON", "ring", "THERE", 1, 15),
        (1, "SALON", "ring", "TWICE", 1, 15),
        (2, "SALON", "ring", "THERE", 1, 16),
        (2, "SALON", "ring", "TWICE", 1, 16),
        (2, "SALON", "ring", "TWICE", 1, 16),
        (2, "SALON", None, "SOLD-AFTER", 1, 16),
        (2, "SALON", "ring", "MOVED", 1, 16),
        (2, "SALON", "ring", "IN-REPAIR", 1, 16),
        (2, "SALON", None, "NOBODY-KNOWS", 1, 16),
        (2, "SALON", "ring", "ARRIVED", 1, 16),
        (2, "SALON", "scarf", None, 1, 16),
        (2, "SALON", "scarf", None, 3, 16),
        (2, "SALON", "kit", None, 0, 18),
    ]
    return Delivery(
        "count_scans",
        [
            {
                "count_id": "C1",
                "scan_number": number,
                "store_id": STORE,
                "count_pass": count_pass,
                "zone": zone,
                "item_id": item,
                "serial_number": serial,
                "quantity": Decimal(units),
                "scanned_at": at(4, hour),
            }
            for number, (count_pass, zone, item, serial, units, hour) in enumerate(read, start=1)
        ],
    )
