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
            "tender_type": "card",
            "tender_amount": total + (1 if random.random() < 0.17 else 0),
            "currency": "USD",
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
            "tender_type": "card",
            "business_date": day,
            "closing_status": random.choice(["final", "final", "provisional"]),
            "first_receipt_number": random.choice([None, 100 * day.day + 1]),
            "last_receipt_number": random.choice([None, 100 * day.day + 8]),
            "transaction_count": random.choice([None, 0, 5]),
            "declared_amount": Decimal(random.randrange(1000)),
        }
        for register_id in ("1", "2")
    ]


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
            "movement_type": "receipt",
            "store_id": store_id,
            "item_id": random.choice(ITEMS),
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
