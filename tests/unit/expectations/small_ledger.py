"""The book of stock of the small warehouse: two days, one month, and the story of two pieces."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from expectations.promises.ledger import ADDED, TAKEN_OFF

Row = dict[str, Any]
BEFORE = date(2026, 1, 2)


def add(rows: dict[str, list[Row]], day: Row) -> None:
    """Add it to the rows of the small warehouse; `day` is the store-day it is booked on."""
    moved = rows["core.fct_stock_movements"]
    for movement in moved:
        movement.setdefault("movement_type", "sale")
        movement["item_id"] = "I1"
    for position in rows["core.fct_stock_positions"]:
        position.setdefault("stock_status", "available")
    scan = rows["core.fct_count_scans"][0]
    scan["serial_number"] = "B"
    line = rows["core.fct_sales_lines"][0]
    line["serial_number"] = "P0"
    rows |= {
        "inventory.stock_changes": [
            _changed(day, "sale", -1),
            _changed(day, "transfer_out", -2),
            _changed(day, "transfer_in", 1),
            {**_changed(day, "opening", 4), "business_date": BEFORE},
        ],
        "inventory.stock_rollforward_daily": [
            {**_book(opening=4), **day, "business_date": BEFORE, "has_snapshot": True},
            {
                **_book(opening=4, sales=1, transfers_out=2, transfers_in=1),
                **day,
                "has_snapshot": True,
            },
        ],
        "inventory.stock_rollforward": [
            {
                **_book(opening=4, sales=1, transfers_out=2, transfers_in=1),
                "store_id": day["store_id"],
                "item_id": "I1",
                "month": date(2026, 1, 1),
            }
        ],
        "inventory.transfer_conservation": [
            {
                "sender_store_id": "unknown",
                "receiver_store_id": "unknown",
                "month": date(2026, 1, 1),
                "shipped_units": 2,
                "in_transit_units": 1,
                "in_transit_cost": 40,
                "difference_units": 0,
                "difference_cost": 0,
            }
        ],
        **_stories(day),
        "inventory.stock_anomalies": [{"anomaly_id": "N1", "kind": "negative_stock"}],
        "inventory.stock_age": [
            {"position_id": f"{serial}", "store_id": day["store_id"], "quantity": 1, **_AGE}
            for serial in "AB"
        ],
    }


_AGE = {"age_days": 3, "age_bucket": "0–90"}


def _changed(day: Row, change_type: str, units: int) -> Row:
    month = date(2026, 1, 1)
    return {**day, "item_id": "I1", "month": month, "change_type": change_type, "units": units}


def _book(*, opening: int, **flows: int) -> Row:
    """A row of a roll-forward that adds up; each unit costs ten."""
    moved = {name: flows.get(name, 0) for name in (*ADDED, *TAKEN_OFF)}
    closing = opening + sum(moved[name] for name in ADDED) - sum(moved[name] for name in TAKEN_OFF)
    ends = {"opening": opening, "expected_closing": closing, "closing": closing, "residual": 0}
    return {
        **moved,
        **{f"{name}_cost": units * 10 for name, units in moved.items()},
        **{f"{name}_units": units for name, units in ends.items()},
        **{f"{name}_cost": units * 10 for name, units in ends.items()},
    }


def _stories(day: Row) -> dict[str, list[Row]]:
    def event(serial: str, event_no: int, hour: int, source: str, **more: Any) -> Row:
        return {
            **day,
            "serial_number": serial,
            "event_no": event_no,
            "event_id": f"{serial} {event_no}",
            "event_at": datetime(2026, 1, 4, hour),
            "source": source,
            **more,
        }

    return {
        "inventory.serial_events": [
            event("P0", 1, 12, "sales_lines"),
            event("P1", 1, 9, "stock_movements"),
            event("P1", 2, 10, "stock_movements"),
            event("P2", 1, 9, "stock_movements"),
            event("B", 1, 11, "count_scans"),
            event("B", 2, 23, "stock_snapshots"),
        ],
        "inventory.serial_conflicts": [
            {
                "serial_number": "P1",
                "kind": "received_before_shipped",
                "event_no": 2,
                "other_event_no": 1,
                "event_id": "P1 2",
                "other_event_id": "P1 1",
                "reason": "Received before it was sent.",
            }
        ],
    }
