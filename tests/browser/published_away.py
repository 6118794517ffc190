"""Goods that are away in the small published home: some that are fine, and one alarm of each."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

Tell = Callable[..., None]

FINE: dict[str, Any] = {"has_alarm": False, "alarm_reason": None}


def wrong(reason: str) -> dict[str, Any]:
    return {"has_alarm": True, "alarm_reason": reason}


def bucket(label: str, lower: int) -> dict[str, Any]:
    return {"age_bucket": label, "age_bucket_from": lower}


def tell(day: date, told: Tell) -> None:
    """All of it, as known on the day after `day`."""
    _transfers(day, told)
    _memos(day, told)
    _repairs(day, told)
    _holds(day, told)


def _transfers(day: date, told: Tell) -> None:
    late, sent = day - timedelta(days=13), day - timedelta(days=1)
    both = {"sender_store_id": "US01", "receiver_store_id": "US03", "currency": "USD"}
    told(
        "inventory.transfers_in_transit",
        **both,
        **bucket("6–10", 6),
        **wrong("expected 7 business days ago, and 2 are waited"),
        transit_id="TR-LATE|SKU001|SN-1",
        transfer_id="TR-LATE",
        document_id="TR-LATE-OUT",
        line_number=1,
        item_id="SKU001",
        serial_number="SN-1",
        status="partly_received",
        shipped_units=Decimal(1),
        in_transit_units=Decimal(1),
        in_transit_cost=Decimal("41200.00"),
        in_transit_retail=Decimal("98000.00"),
        insured_value=Decimal("41200.00"),
        is_under_insured=False,
        carrier="By Hand & Sons",
        tracking_number="T-1",
        shipped_on=late,
        expected_on=late + timedelta(days=3),
        age_days=14,
        age_business_days=10,
        is_overdue=True,
    )
    told(
        "inventory.transfers_in_transit",
        **both,
        **bucket("0–2", 0),
        **FINE,
        transit_id="TR-NEW|SKU002|",
        transfer_id="TR-NEW",
        document_id="TR-NEW-OUT",
        line_number=1,
        item_id="SKU002",
        status="in_transit",
        shipped_units=Decimal(3),
        in_transit_units=Decimal(3),
        in_transit_cost=Decimal("300.00"),
        shipped_on=sent,
        age_days=2,
        age_business_days=1,
        is_overdue=False,
    )
    none = dict.fromkeys(("short_units", "rejected_units", "in_transit_units"), Decimal(0))
    told(
        "inventory.transfers",
        **both,
        **none,
        transfer_id="TR-TWICE",
        is_numbered=True,
        status="received_more",
        is_received_before_shipped=True,
        shipped_on=late,
        shipped_units=Decimal(1),
        received_units=Decimal(2),
        over_received_units=Decimal(1),
    )


def _memos(day: date, told: Tell) -> None:
    told(
        "inventory.open_consignments",
        **bucket("8–30", 8),
        **wrong("due back 3 days ago; no signed memo"),
        consignment_id="MEMO-1",
        store_id="US02",
        client_id="C-77",
        item_id="SKU003",
        serial_number="SN-3",
        out_on=day - timedelta(days=9),
        due_back_on=day - timedelta(days=2),
        value_held=Decimal("12500.00"),
        currency="USD",
        age_days=10,
        days_overdue=3,
        is_overdue=True,
        is_unsigned=True,
    )


def _repairs(day: date, told: Tell) -> None:
    came = day - timedelta(days=40)
    told(
        "inventory.open_repairs",
        **bucket("31–60", 31),
        **wrong("a client owns it, and US04 has it in its own stock"),
        repair_id="R-9",
        store_id="US04",
        owner="client",
        is_client_owned=True,
        status="AT WORKSHOP",
        step="at_workshop",
        serial_number="SN-9",
        received_on=came,
        age_days=41,
        days_without_step=12,
        owned_at_store_id="US04",
        owned_cost=Decimal(0),
        currency="USD",
    )
    for number, lasted in enumerate((20, 30, 40)):
        told(
            "core.fct_repairs",
            repair_id=f"R-{number}",
            store_id="US04",
            owner="client",
            received_on=came - timedelta(days=60),
            promised_on=came - timedelta(days=25),
            returned_on=came - timedelta(days=60 - lasted),
            collected_on=came,
        )
    told(
        "inventory.repair_reconciliation",
        store_id="US04",
        month=day.replace(day=1),
        owner="client",
        opening_pieces=1,
        pieces_in=3,
        pieces_out=3,
        closing_pieces=1,
        closing_at_workshop=1,
        residual_pieces=0,
    )


def _holds(day: date, told: Tell) -> None:
    told(
        "inventory.reservations",
        **bucket("8–14", 8),
        **wrong("held for 9 days, over 7: is there a deposit?"),
        reservation_id="US01|SKU005|SN-5",
        store_id="US01",
        item_id="SKU005",
        serial_number="SN-5",
        reserved_units=Decimal(1),
        reserved_cost=Decimal("900.00"),
        reserved_retail=Decimal("2100.00"),
        currency="USD",
        reserved_since=day - timedelta(days=8),
        is_since_known=False,
        age_days=9,
    )
    level = {"store_id": "US01", "level_on": day - timedelta(days=3), "level_age_days": 4}
    told(
        "inventory.supply_replenishment",
        **level,
        **wrong("at or below the reorder point"),
        supply_item="gift boxes",
        on_hand=Decimal(8),
        reorder_point=Decimal(20),
        order_quantity=Decimal(50),
        is_to_order=True,
        units_to_order=Decimal(50),
    )
    told("inventory.supply_replenishment", **level, **FINE, supply_item="bags", on_hand=Decimal(90))
