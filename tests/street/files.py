"""Small native exports, written as a store would: a few receipts, their payments, the stock."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

STORES = {"NYC": "America/New_York", "LAX": "America/Los_Angeles"}
ITEMS = {"RING-1": "12000.00", "RING-2": "48000.00", "NECK-1": "150000.00"}


@dataclass(frozen=True)
class Receipt:
    """One receipt of one line, paid by card. `net` is signed; `paid` differs to unbalance it."""

    number: int
    item: str
    net: int
    paid: int | None = None
    status: str = "completed"

    @property
    def quantity(self) -> int:
        return 1 if self.net >= 0 else -1


def table(rows: Iterable[Mapping[str, object]]) -> str:
    """Rows as CSV with a header; every row has the same columns."""
    rows = list(rows)
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def header_only(text: str) -> str:
    """The file of a store-day on which nothing happened."""
    return text.splitlines()[0] + "\n"


def stores() -> str:
    """The stores list."""
    return table(
        {
            "store_id": store,
            "store_name": f"Boutique {store}",
            "store_format": "boutique",
            "country": "US",
            "time_zone": zone,
            "currency": "USD",
            "opened_on": "2020-01-01",
        }
        for store, zone in STORES.items()
    )


def items() -> str:
    """The items list."""
    return table(
        {
            "item_id": item,
            "item_name": item.title(),
            "category": item.split("-", maxsplit=1)[0].lower(),
            "is_serialized": "true",
            "unit_cost": f"{float(price) * 0.4:.4f}",
            "unit_retail_price": price,
            "currency": "USD",
        }
        for item, price in ITEMS.items()
    )


def sales(store: str, day: date, receipts: Iterable[Receipt]) -> str:
    """sales_lines of a store-day."""
    return table(
        {
            "transaction_id": f"{store}-{day:%y%m%d}-{receipt.number}",
            "line_number": 1,
            "store_id": store,
            "register_id": "1",
            "business_date": day.isoformat(),
            "receipt_series": "A",
            "receipt_number": receipt.number,
            "sold_at": f"{day}T14:{receipt.number % 60:02}:00",
            "transaction_status": receipt.status,
            "line_type": "merchandise",
            "item_id": receipt.item,
            "serial_number": f"S{receipt.number:05}",
            "quantity": receipt.quantity,
            "regular_unit_price": abs(receipt.net),
            "net_amount": f"{receipt.net}.00",
            "tax_amount": "0.00",
            "currency": "USD",
            "sale_channel": "in_store",
        }
        for receipt in receipts
    )


def tenders(store: str, day: date, receipts: Iterable[Receipt]) -> str:
    """tenders of a store-day."""
    return table(
        {
            "transaction_id": f"{store}-{day:%y%m%d}-{receipt.number}",
            "tender_number": 1,
            "store_id": store,
            "register_id": "1",
            "business_date": day.isoformat(),
            "tender_type": "card",
            "tender_amount": f"{receipt.net if receipt.paid is None else receipt.paid}.00",
            "currency": "USD",
        }
        for receipt in receipts
        if receipt.status == "completed"
    )


def stock(store: str, day: date, serials: Mapping[str, str]) -> str:
    """stock_snapshots of a store-day: serial → item."""
    return table(
        {
            "store_id": store,
            "location": "safe",
            "item_id": item,
            "serial_number": serial,
            "business_date": day.isoformat(),
            "quantity": 1,
            "stock_status": "available",
            "unit_cost": "100.0000",
        }
        for serial, item in serials.items()
    )
