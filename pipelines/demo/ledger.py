"""What the general ledger books for a store-day: sales, tax by state, and means of payment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta

from pipelines.demo import money
from pipelines.demo.places import CURRENCY, Place
from pipelines.demo.receipts import Receipt
from pipelines.demo.rows import LedgerPosting

_SOLD = ("merchandise", "service")


def postings(place: Place, day: date, receipts: Iterable[Receipt]) -> list[LedgerPosting]:
    """One row an account. Deposits and gift cards sold are debts: they are posted elsewhere."""
    sales, tax, paid = 0, Counter[str](), Counter[str]()
    for receipt in receipts:
        if not receipt.counts:
            continue
        for line in receipt.lines:
            if not line.is_voided:
                sales += line.net if line.kind in _SOLD else 0
                tax[receipt.tax_state] += line.tax
        for payment in receipt.payments:
            paid[payment.kind] += payment.worth
    booked = [("net_sales", "", "", sales)]
    booked += [("sales_tax", state, "", tax[state]) for state in sorted(tax) if tax[state]]
    booked += [("tender", "", kind, paid[kind]) for kind in sorted(paid)]
    return [
        LedgerPosting(
            f"GL{day:%y%m%d}-{place.store_id}-{number:03d}", place.store_id, day.isoformat(),
            account, state, kind, money.written(amount), CURRENCY,
            (day + timedelta(days=1)).isoformat(),
        )
        for number, (account, state, kind, amount) in enumerate(booked, 1)
    ]  # fmt: skip
