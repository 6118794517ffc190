"""Money for the small published home: payments, closings, settlements, and one of each fault.

Every fault below is told once and stands on the newest day unless it says otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from math import ceil
from typing import Any

FLOAT = Decimal(500)
CENT = Decimal("0.01")
GOLDEN = Decimal(75)

# Some of what a correction may change: dataset, column, type, last column of the key.
CORRECTABLE = (
    ("sales_lines", "tax_amount", "decimal(18, 2)", "line_number"),
    ("tenders", "tender_amount", "decimal(18, 2)", "tender_number"),
    ("tenders", "tender_type", "varchar", "tender_number"),
    ("till_closings", "counted_amount", "decimal(18, 2)", "tender_type"),
)
CLOSING_KEY = "store_id, register_id, z_number, tender_type"

Row = dict[str, Any]
Tell = Callable[..., None]


def paid(lines: Iterable[Row]) -> list[Row]:
    """The payment of each receipt: every third in cash, rounded up to a hundred, with change."""
    totals: dict[str, Decimal] = {}
    first: dict[str, Row] = {}
    for line in lines:
        name = line["transaction_id"]
        first.setdefault(name, line)
        totals[name] = totals.get(name, Decimal(0)) + line["net_amount"] + line["tax_amount"]
    return [_payment(n, first[name], total) for n, (name, total) in enumerate(totals.items())]


def _payment(place: int, line: Row, total: Decimal) -> Row:
    cash = total > 0 and (place % 3 == 2 or total == GOLDEN)
    tendered = Decimal(ceil(total / 100) * 100) if cash else total
    last_four = f"{4000 + line['receipt_number'] % 1000}"
    return {
        "transaction_id": line["transaction_id"],
        "tender_number": 1,
        "store_id": line["store_id"],
        "register_id": line["register_id"],
        "business_date": line["business_date"],
        "tendered_at": datetime.combine(line["business_date"], time(18)) + timedelta(minutes=place),
        "tender_type": "cash" if cash else "card",
        "tender_amount": tendered,
        "change_amount": tendered - total,
        "currency": "USD",
        "card_last_four": None if cash else last_four,
        "authorization_code": None if cash else f"A{last_four}",
        "is_completed": True,
    }


def golden_sale(store: str, day: date) -> Row:
    """A sale of 75.00 with tax; its payment is 100.00 with 25.00 given back."""
    return {
        "transaction_id": f"{store}-{day:%y%m%d}-75",
        "line_number": 1,
        "store_id": store,
        "register_id": "R1",
        "business_date": day,
        "receipt_number": 10475,
        "transaction_status": "completed",
        "line_type": "merchandise",
        "item_id": "SKU075",
        "serial_number": "SN-GOLDEN-75",
        "category": "Rings",
        "quantity": Decimal(1),
        "regular_unit_price": Decimal("69.44"),
        "gross_amount": Decimal("69.44"),
        "discount_amount": Decimal(0),
        "net_amount": Decimal("69.44"),
        "cost_amount": Decimal("20.00"),
        "tax_amount": Decimal("5.56"),
        "currency": "USD",
        "sale_channel": "in_store",
        "is_net_sale": True,
        "is_return": False,
        "_line_no": 90,
    }


def one_without_the_other(payments: list[Row], lines: list[Row], tell: Tell) -> list[Row]:
    """The first receipt loses its payment; a payment of 40.00 comes without a receipt."""
    lost, kept = payments[0], payments[1:]
    about = {"store_id": lost["store_id"], "business_date": lost["business_date"]}
    total = lost["tender_amount"] - lost["change_amount"]
    tell(
        "finance.unbalanced_transactions",
        **about,
        transaction_id=lost["transaction_id"],
        register_id="R1",
        currency="USD",
        lines_total=total,
        tenders_total=Decimal(0),
        difference=total,
        explanation="sold, but no payment was received",
    )
    ghost = _payment(0, {**lines[0], "transaction_id": "GHOST-40"}, Decimal(40))
    tell(
        "finance.unbalanced_transactions",
        **about,
        transaction_id="GHOST-40",
        register_id="R1",
        currency="USD",
        lines_total=Decimal(0),
        tenders_total=Decimal(40),
        difference=Decimal(-40),
        explanation="paid, but the receipt is unknown",
    )
    for kind, transaction, amount in (
        ("receipt_without_payment", lost["transaction_id"], total),
        ("payment_without_receipt", "GHOST-40", Decimal(-40)),
    ):
        tell(
            "finance.payment_oddities",
            **about,
            oddity_id=f"{kind}|{transaction}",
            kind=kind,
            transaction_id=transaction,
            register_id="R1",
            currency="USD",
            amount=amount,
        )
    return [*kept, ghost]


def closings(
    store: str, day: date, payments: Iterable[Row], *, short: bool, odd_float: bool
) -> list[Row]:
    """The balance of each tender of the one till, as finance.tender_balances tells it.

    `short`: the till declares 20.00 less cash than receipts, and the drawer holds 20.00 less.
    `odd_float`: the till began with 20.00 less than the closing before had left.
    """
    made = []
    by_kind: dict[str, list[Row]] = {"cash": [], "card": []}
    for payment in payments:
        by_kind[payment["tender_type"]].append(payment)
    for kind, rows in by_kind.items():
        tendered = sum((r["tender_amount"] for r in rows), Decimal(0))
        change = sum((r["change_amount"] for r in rows), Decimal(0))
        computed = tendered - change
        off = Decimal(-20) if short and kind == "cash" else Decimal(0)
        row: Row = {
            "store_id": store,
            "register_id": "R1",
            "z_number": f"{day:%j}",
            "tender_type": kind,
            "business_date": day,
            "currency": "USD",
            "computed_amount": computed,
            "declared_amount": computed + off,
            "declared_difference": off,
        }
        if kind == "cash":
            began = FLOAT + (Decimal(-20) if odd_float else 0)
            row |= {
                "opening_float": began,
                "cash_tendered": tendered,
                "change_given": change,
                "paid_in": Decimal(0),
                "paid_out": Decimal(0),
                "banked_amount": Decimal(0),
                "expected_cash": began + computed,
                "counted_amount": began + computed + off,
                "over_short": off,
                "float_difference": began - FLOAT,
            }
        else:
            row |= {"settled_amount": computed, "settled_difference": Decimal(0)}
        made.append(row)
    return made


def declared(balance: Row) -> Row:
    """The till's own row of a closing, as core.fct_till_closings tells it."""
    kept = ("store_id", "register_id", "z_number", "tender_type", "business_date")
    amounts = ("opening_float", "declared_amount", "counted_amount")
    return {name: balance.get(name) for name in (*kept, *amounts)} | {"closing_status": "final"}


def faults(day: date, golden: Row, tell: Tell) -> None:
    """What checks and rules found on the newest day, and the open cards and bags."""
    short = {"store_id": "US01", "business_date": day}
    finding = {"check_id": "F8", "subject": f"R1|{day:%j}|cash", "note": "declared 20.00 less"}
    tell("finance.check_findings", **short, **finding, difference=Decimal(-20))
    tell(
        "finance.check_findings",
        store_id="US02",
        business_date=day,
        check_id="F4",
        subject="R1|10412-10414",
        expected_value=Decimal(0),
        actual_value=Decimal(3),
        difference=Decimal(3),
        note="missing between two receipts of the day",
    )
    tell(
        "finance.receipt_gaps",
        gap_id=f"US02|R1||{day}|10412",
        store_id="US02",
        register_id="R1",
        business_date=day,
        first_missing=10412,
        last_missing=10414,
        missing_count=3,
        position="inside",
        explanation="missing between two receipts of the day",
    )
    tell(
        "core.fct_till_events",
        event_id="E-1",
        store_id=golden["store_id"],
        register_id="R1",
        business_date=day,
        occurred_at=datetime.combine(day, time(18, 5)),
        event_type="tender_changed",
        transaction_id=golden["transaction_id"],
        operator_id="E007",
        old_value="card",
        new_value="cash",
    )
    tell(
        "core.fct_stock_movements",
        document_id="SA-75",
        line_number=1,
        movement_type="sale",
        store_id=golden["store_id"],
        location="STORE",
        item_id=golden["item_id"],
        serial_number=golden["serial_number"],
        quantity=Decimal(-1),
        posted_at=datetime.combine(day, time(18, 1)),
        business_date=day,
        source_transaction_id=golden["transaction_id"],
    )
    tell(
        "core.fct_stock_movements",
        document_id="RC-75",
        line_number=1,
        movement_type="receipt",
        store_id=golden["store_id"],
        location="STORE",
        item_id=golden["item_id"],
        serial_number=golden["serial_number"],
        quantity=Decimal(1),
        posted_at=datetime.combine(day - timedelta(days=30), time(9)),
        business_date=day - timedelta(days=30),
    )


def later(day: date, payments: list[Row], tell: Tell) -> None:
    """Cards and bags: what settlement and bank said of a day that is over for long."""
    cards = [row for row in payments if row["tender_type"] == "card"]
    for place, row in enumerate(cards):
        unmatched, other = place == 0, place == 1
        gross = row["tender_amount"] - (1 if other else 0)
        status = "unmatched_tender" if unmatched else "amount_differs" if other else "matched"
        tell(
            "finance.card_reconciliation",
            reconciliation_id=f"{row['transaction_id']}|1",
            store_id=row["store_id"],
            business_date=day,
            transaction_id=row["transaction_id"],
            tender_number=1,
            matched_by="none" if unmatched else "authorization",
            tender_amount=row["tender_amount"],
            gross_amount=None if unmatched else gross,
            fee_amount=None if unmatched else (gross * Decimal("0.02")).quantize(CENT),
            difference=None if unmatched else gross - row["tender_amount"],
            settled_on=None if unmatched else day + timedelta(days=2),
            unmatched_age_business_days=6 if unmatched else None,
            status=status,
        )
    for store, off in (("US03", Decimal(-100)), ("US04", Decimal(0))):
        tell(
            "finance.deposit_reconciliation",
            reconciliation_id=f"BAG-{store}",
            deposit_id=f"BAG-{store}",
            store_id=store,
            business_date=day,
            currency="USD",
            banked_amount=Decimal(2000),
            deposited_amount=Decimal(2000),
            credited_amount=Decimal(2000) + off,
            credited_on=day + timedelta(days=2),
            bag_difference=Decimal(0),
            credit_difference=off,
            status="short" if off else "credited",
        )


def exceptions(day: date, lines: list[Row], tell: Tell) -> None:
    """A receipt taken back after it was closed, a rate that stands out, and two that do not."""
    start = day.replace(day=1)
    month: Row = {
        "rule_version": 1,
        "store_id": "US01",
        "period_start": start,
        "period_end": day,
        "amount": Decimal("1200.00"),
    }
    tell(
        "kpi.exceptions",
        **month,
        exception_id="X2|US01|E007|1",
        rule_id="X2",
        rule_name="Receipts cancelled after they were closed",
        measure="Each receipt cancelled after it was closed",
        employee_id="E007",
        event_count=1,
        is_hard_rule=True,
        is_flagged=True,
        reason="each such act is looked at",
    )
    tell(
        "kpi.exception_events",
        rule_id="X2",
        store_id="US01",
        business_date=day,
        transaction_id=lines[0]["transaction_id"],
        employee_id="E007",
        amount=Decimal("1200.00"),
        note="cancelled after it was closed",
    )
    rates = (
        ("E007", 9, 60, 0.000001, True),
        ("E008", 1, 70, 0.6, False),
        ("E009", 1, 4, 0.2, False),
    )
    for person, events, base, tail, flagged in rates:
        tell(
            "kpi.exceptions",
            **month,
            exception_id=f"X1|US01|{person}|1",
            rule_id="X1",
            rule_name="Lines struck out",
            measure="Lines struck out of lines",
            minimum_n=30,
            tested_count=2,
            network_event_count=120,
            network_base_count=6000,
            reason="more than chance makes it" if flagged else "within what chance makes",
            employee_id=person,
            event_count=events,
            base_count=base,
            rate=events / base,
            network_rate=0.02,
            shrunken_rate=(events + 1) / (base + 50),
            tail_probability=tail,
            is_hard_rule=False,
            is_flagged=flagged,
        )
