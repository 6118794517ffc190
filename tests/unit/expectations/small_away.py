"""What is away in the small warehouse: a transfer received in part, a memo, a repair, a hold."""

from __future__ import annotations

from datetime import date
from typing import Any

Row = dict[str, Any]

_NOT_HERE = ("short", "rejected", "over_received")


def add(rows: dict[str, list[Row]], day: Row) -> None:
    """Add it to the rows of the small warehouse; `day` is the store-day it is booked on."""
    store = {"store_id": day["store_id"]}
    rows["core.fct_stock_movements"] += [
        _moved(day, 1, "transfer_out", -1, "P1"),
        _moved(day, 2, "transfer_out", -1, "P2"),
        _moved(day, 3, "transfer_in", 1, "P1"),
    ]
    rows["core.fct_consignments"] += [
        {**store, "consignment_id": "M2", "out_on": date(2026, 1, 1)},
        {
            **store,
            "consignment_id": "M3",
            "out_on": date(2026, 1, 1),
            "returned_on": date(2026, 1, 2),
        },
    ]
    rows["core.fct_stock_positions"][1]["stock_status"] = "reserved"
    rows |= _inventory(day, store)


def _moved(day: Row, line: int, kind: str, quantity: int, serial: str) -> Row:
    return {
        **day,
        "document_id": "D1",
        "line_number": line,
        "movement_type": kind,
        "transfer_id": "TR1",
        "serial_number": serial,
        "quantity": quantity,
        "_file_id": "stock_movements",
        "_line_no": line + 2,
    }


def _inventory(day: Row, store: Row) -> dict[str, list[Row]]:
    quiet = {"has_alarm": False}
    loud = {"has_alarm": True, "alarm_reason": "too long"}
    none = [f"{part}_{unit}" for part in _NOT_HERE for unit in ("units", "cost")]
    months = ((date(2025, 12, 1), 0, 2, 1, 1), (date(2026, 1, 1), 1, 0, 0, 1))
    return {
        "inventory.transfers": [
            {
                **dict.fromkeys(none, 0),
                "transfer_id": "TR1",
                "is_numbered": True,
                "status": "partly_received",
                "shipped_units": 2,
                "received_units": 1,
                "in_transit_units": 1,
                "shipped_cost": 80,
                "received_cost": 40,
                "in_transit_cost": 40,
            }
        ],
        "inventory.transfers_in_transit": [
            {
                **loud,
                "transit_id": "TR1|I1|P2",
                "transfer_id": "TR1",
                "sender_store_id": day["store_id"],
                "document_id": "D1",
                "line_number": 2,
                "in_transit_units": 1,
                "in_transit_cost": 40,
            }
        ],
        "inventory.open_consignments": [{**quiet, "consignment_id": "M2"}],
        "inventory.open_repairs": [
            {
                **store,
                **loud,
                "repair_id": "R2",
                "owner": "client",
                "is_client_owned": True,
                "owned_cost": 0,
                "owned_at_store_id": day["store_id"],
            }
        ],
        "inventory.repair_reconciliation": [
            {
                **store,
                "month": month,
                "owner": "client",
                "opening_pieces": opening,
                "pieces_in": taken_in,
                "pieces_out": given_out,
                "closing_pieces": closing,
                "residual_pieces": 0,
            }
            for month, opening, taken_in, given_out, closing in months
        ],
        "inventory.reservations": [
            {**store, **quiet, "reservation_id": "A", "item_id": "I1", "reserved_units": 1}
        ],
        "inventory.supply_replenishment": [
            {**store, **quiet, "supply_item": "boxes", "level_on": day["business_date"]}
        ],
    }
