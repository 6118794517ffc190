"""A handful of boutique days as rows of the canonical datasets, random but repeatable."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from tests.warehouse.lake import Delivery, Row

STORES = ("NYC", "BOS", "SFO")
ITEMS = ("ring", "watch", "brooch", "pin")
_ZONES = {"NYC": "America/New_York", "BOS": "America/New_York", "SFO": "America/Los_Angeles"}


def stores(*ids: str) -> Delivery:
    """The stores list, holding these."""
    return Delivery(
        "stores",
        [
            {
                "store_id": store_id,
                "store_name": store_id.title(),
                "store_format": "boutique",
                "country": "US",
                "time_zone": _ZONES[store_id],
                "currency": "USD",
                "opened_on": date(2023, 5, 10) if store_id == "NYC" else None,
            }
            for store_id in ids
        ],
    )


def items(random: Random, *ids: str) -> Delivery:
    """These items, with a category and a cost that change from delivery to delivery."""
    return Delivery(
        "items",
        [
            {
                "item_id": item_id,
                "item_name": item_id.title(),
                "category": random.choice(["Jewels", "Watches", None]),
                "is_serialized": True,
                "unit_cost": Decimal(random.randrange(100, 900)),
                "currency": "USD",
            }
            for item_id in ids
        ],
    )


def clients(random: Random) -> Delivery:
    return Delivery(
        "clients",
        [
            {
                "client_id": f"C{number}",
                "last_name": "Somebody",
                "state": "NY",
                "postal_code": "10001",
                "is_placeholder": random.random() < 0.2,
            }
            for number in random.sample(range(6), 3)
        ],
    )


def targets(random: Random, store_id: str) -> Delivery:
    row = {
        "store_id": store_id,
        "month": date(2025, 3, 1),
        "measure": "net_sales",
        "target_value": Decimal(random.randrange(1000, 90000)),
    }
    return Delivery("targets", [row])


def trading_day(store_id: str, day: date, *, is_open: bool) -> Delivery:
    row = {"store_id": store_id, "business_date": day, "is_open": is_open, "reason": "snow"}
    return Delivery("trading_days", [row])


def sales(random: Random, store_id: str, day: date, *, most: int = 5) -> list[Row]:
    """Lines of up to `most` receipts; some numbers are skipped and some receipts voided."""
    number = 100 * day.day + random.randrange(3)
    rows: list[Row] = []
    for _ in range(random.randrange(most + 1)):
        number += random.choice([1, 1, 1, 2, 3])
        receipt = {
            "transaction_id": f"{store_id}-{number}",
            "store_id": store_id,
            "register_id": random.choice(["1", "2"]),
            "business_date": day,
            "receipt_number": number,
            "sold_at": datetime(day.year, day.month, day.day, 15) + timedelta(minutes=number % 60),
            "transaction_status": random.choice(["completed"] * 4 + ["voided", "training"]),
            "currency": "USD",
            "sale_channel": random.choice(["in_store", "distance"]),
            "client_id": random.choice([None, *(f"C{n}" for n in range(6))]),
            "operator_id": random.choice([None, "E1", "E2"]),
            "ship_to_state": random.choice([None, None, "TX", "OH"]),
            "tax_exemption": random.choice([None, None, None, "diplomatic"]),
            "original_transaction_id": random.choice([None, None, f"{store_id}-{number - 100}"]),
        }
        for line_number in range(1, random.randrange(2, 4)):
            quantity = random.choice([1, 1, 1, -1])
            price = Decimal(random.randrange(100, 2000))
            discount = random.choice([None, Decimal("0.00"), Decimal("50.00")])
            rows.append(
                {
                    **receipt,
                    "line_number": line_number,
                    "line_type": random.choice(["merchandise"] * 3 + ["service"]),
                    "item_id": random.choice([*ITEMS, "unlisted"]),
                    "serial_number": random.choice([None, f"S{random.randrange(9)}"]),
                    "quantity": Decimal(quantity),
                    "regular_unit_price": price,
                    "discount_amount": None if discount is None else quantity * discount,
                    "net_amount": quantity * (price - (discount or 0)),
                    "tax_amount": quantity * Decimal("8.88"),
                    "is_voided_line": random.random() < 0.1,
                }
            )
    return rows


def tenders(random: Random, lines: Sequence[Row]) -> list[Row]:
    """Payments of those receipts; one in six is wrong by a dollar."""
    totals: dict[str, list[Any]] = {}
    for line in lines:
        counts = line["transaction_status"] == "completed" and not line["is_voided_line"]
        worth = line["net_amount"] + line["tax_amount"] if counts else Decimal(0)
        totals.setdefault(line["transaction_id"], [line, Decimal(0)])[1] += worth
    return [
        {
            "transaction_id": transaction_id,
            "tender_number": 1,
            "store_id": line["store_id"],
            "register_id": line["register_id"],
            "business_date": line["business_date"],
            "tender_type": random.choice(["card"] * 4 + ["cash"]),
            "tender_amount": total + (1 if random.random() < 0.17 else 0),
            "currency": "USD",
            "card_last_four": f"{random.randrange(10)}111",
            "authorization_code": f"{random.randrange(1000):06d}",
            "payer_name": "Somebody",
        }
        for transaction_id, (line, total) in totals.items()
    ]


def closings(random: Random, store_id: str, day: date) -> list[Row]:
    return [
        {
            "store_id": store_id,
            "register_id": register_id,
            "z_number": str(day.day),
            "tender_type": tender_type,
            "business_date": day,
            "closing_status": random.choice(["final", "final", "provisional"]),
            "first_receipt_number": random.choice([None, 100 * day.day + 1]),
            "last_receipt_number": random.choice([None, 100 * day.day + 8]),
            "transaction_count": random.choice([None, 0, 5]),
            "declared_amount": Decimal(random.randrange(1000)),
            "opening_float": Decimal(100) if tender_type == "cash" else None,
            "counted_amount": Decimal(random.randrange(1000)),
            "banked_amount": Decimal(50) if tender_type == "cash" else None,
        }
        for register_id in ("1", "2")
        for tender_type in ("card", "cash")
    ]


def deposit(random: Random, store_id: str, day: date) -> Delivery:
    """The bag of a day, credited or not yet; told again it may be another amount or day."""
    amount = Decimal(random.randrange(100, 900))
    is_credited = random.random() < 0.6
    row = {
        "deposit_id": f"B-{store_id}-{random.choice([day.day, 1])}",
        "store_id": store_id,
        "business_date": day,
        "deposited_amount": amount,
        "credited_on": day + timedelta(days=random.randrange(1, 4)) if is_credited else None,
        "credited_amount": amount - random.choice([0, 0, 20]) if is_credited else None,
        "currency": "USD",
    }
    return Delivery("bank_deposits", [row])


def settlements(random: Random, payments: Sequence[Row]) -> Delivery:
    """Card payments as the processor settled them; some without their code, some never."""
    rows = []
    for payment in payments:
        if payment["tender_type"] != "card" or random.random() < 0.1:
            continue
        gross = payment["tender_amount"] + random.choice([0, 0, 0, 0, 5])
        fee = Decimal(random.randrange(3))
        rows.append(
            {
                "settlement_id": f"P-{payment['transaction_id']}",
                "store_id": payment["store_id"],
                "authorization_code": random.choice([payment["authorization_code"]] * 4 + [None]),
                "card_last_four": payment["card_last_four"],
                "captured_on": payment["business_date"] + timedelta(days=random.choice([0, 0, 1])),
                "gross_amount": gross,
                "fee_amount": fee,
                "net_amount": gross - fee,
                "settled_on": payment["business_date"] + timedelta(days=random.randrange(1, 4)),
                "payout_id": "PO",
                "currency": "USD",
            }
        )
    return Delivery("card_settlements", rows)


def snapshot(random: Random, store_id: str, day: date) -> list[Row]:
    """Twelve pieces, most of them as they always were."""
    return [
        {
            "store_id": store_id,
            "location": random.choice([None, "safe"]) if number == 0 else "window",
            "item_id": ITEMS[number % len(ITEMS)],
            "serial_number": None if number < 3 else f"S{number}",
            "business_date": day,
            "quantity": Decimal(random.choice([1, 1, 2]) if number < 3 else 1),
            "stock_status": random.choice(["available"] * 5 + ["reserved"]),
            "unit_cost": None if number == 4 else Decimal(100 + number),
        }
        for number in range(12)
        if random.random() < 0.85
    ]


def movements(random: Random, store_id: str, day: date) -> list[Row]:
    return [
        {
            "document_id": f"M{day.day}-{number}",
            "line_number": 1,
            "movement_type": random.choice(["receipt", "sale", "sale_return"]),
            "store_id": store_id,
            "item_id": random.choice(ITEMS),
            "serial_number": random.choice([None, f"S{random.randrange(9)}"]),
            "source_transaction_id": random.choice([None, f"{store_id}-{100 * day.day + 1}"]),
            "quantity": Decimal(1),
            "posted_at": datetime(day.year, day.month, day.day, 9),
            "business_date": day,
        }
        for number in range(random.randrange(3))
    ]


def traffic(random: Random, store_id: str, day: date) -> list[Row]:
    return [
        {
            "store_id": store_id,
            "business_date": day,
            "hour": hour,
            "visitors": random.randrange(30),
        }
        for hour in range(10, 13)
    ]


def journal(random: Random, store_id: str, day: date) -> list[Row]:
    """What happened at the tills that is no receipt."""
    return [
        {
            "event_id": f"J{number}",
            "store_id": store_id,
            "register_id": random.choice(["1", "2"]),
            "business_date": day,
            "occurred_at": datetime(day.year, day.month, day.day, 12),
            "event_type": random.choice(["drawer_opened", "tender_changed", "associate_changed"]),
            "operator_id": random.choice(["E1", "E2"]),
        }
        for number in range(random.randrange(4))
    ]


def postings(random: Random, store_id: str, day: date) -> list[Row]:
    """What the ledger booked, which is seldom what was sold."""
    kinds = [("net_sales", None, None), ("sales_tax", "NY", None), ("tender", None, "card")]
    return [
        {
            "posting_id": f"P{number}",
            "store_id": store_id,
            "business_date": day,
            "account_kind": kind,
            "tax_state": state,
            "tender_type": tender_type,
            "amount": Decimal(random.randrange(1000)),
            "currency": "USD",
        }
        for number, (kind, state, tender_type) in enumerate(kinds)
        if random.random() < 0.8
    ]


def papers(random: Random, store_id: str) -> Delivery:
    """Papers of some receipts, of which few are special."""
    return Delivery(
        "sale_documents",
        [
            {
                "transaction_id": f"{store_id}-{random.randrange(100, 800)}",
                "document_type": random.choice(["payment_proof", "airway_bill", "tax_form"]),
                "received_on": random.choice([None, date(2025, 3, 2)]),
            }
            for _ in range(3)
        ],
    )


def scans(random: Random, store_id: str, day: date) -> list[Row]:
    """A count begun on that day; some of it scanned after midnight."""
    start = datetime(day.year, day.month, day.day, 22)
    return [
        {
            "count_id": f"C{store_id}{random.choice([1, 2])}",
            "scan_number": number,
            "store_id": store_id,
            "count_pass": random.choice([1, 1, 2]),
            "item_id": random.choice(ITEMS),
            "quantity": Decimal(1),
            "scanned_at": start + timedelta(minutes=25 * number),
        }
        for number in range(random.randrange(1, 9))
    ]


def plan(random: Random, store_id: str, day: date) -> Delivery:
    """One of the counts that scans come for, as it stands."""
    return Delivery(
        "count_plans",
        [
            {
                "count_id": f"C{store_id}{random.choice([1, 2])}",
                "store_id": store_id,
                "count_type": random.choice(["cycle", "full", "high_value"]),
                "zone": random.choice([None, "front", "safe"]),
                "category": random.choice([None, "rings"]),
                "due_on": day,
                "frozen_at": random.choice([None, datetime(day.year, day.month, day.day, 21)]),
                "status": random.choice(["planned", "counting", "counted", "cancelled"]),
            }
        ],
    )


def memo(random: Random, store_id: str, day: date) -> Delivery:
    """A piece out on memo, or back."""
    return Delivery(
        "consignments",
        [
            {
                "consignment_id": f"M{store_id}{random.choice([1, 2])}",
                "store_id": store_id,
                "item_id": random.choice(ITEMS),
                "serial_number": random.choice(["S1", "S2", "S3", None]),
                "client_id": random.choice(["C1", None]),
                "out_on": day,
                "due_back_on": random.choice([None, day + timedelta(days=2)]),
                "returned_on": random.choice([None, day + timedelta(days=1)]),
                "agreed_value": random.choice([None, Decimal(900)]),
                "is_signed": random.choice([None, True, False]),
            }
        ],
    )


def repair(random: Random, store_id: str, day: date) -> Delivery:
    """A care-service order, of a client or of the house, somewhere on its way."""
    return Delivery(
        "repairs",
        [
            {
                "repair_id": f"R{store_id}{random.choice([1, 2])}",
                "store_id": store_id,
                "item_id": random.choice([None, *ITEMS]),
                "serial_number": random.choice(["S1", "S4", None]),
                "owner": random.choice(["client", "house"]),
                "received_on": day,
                "promised_on": random.choice([None, day + timedelta(days=3)]),
                "sent_on": random.choice([None, day]),
                "returned_on": random.choice([None, day + timedelta(days=2)]),
                "collected_on": None,
                "status": random.choice(["received", "at the workshop", "ready"]),
            }
        ],
    )


def supplies(random: Random, store_id: str, day: date) -> list[Row]:
    return [
        {
            "store_id": store_id,
            "supply_item": item,
            "business_date": day,
            "on_hand": Decimal(random.randrange(40)),
            "reorder_point": random.choice([None, Decimal(20)]),
            "order_quantity": Decimal(50),
        }
        for item in ("boxes", "ribbon")
    ]
