"""Shopify: what each line of the example files became (domain.md 1.5)."""

from datetime import date, datetime
from decimal import Decimal

from tests.unit.ingest.mapping_examples import Examples


def test_orders_carry_what_stands_on_their_first_line(network):
    rows = Examples(network, "shopify").take(
        "orders_export_1.csv", "sales_lines", at="shopify/NYC/orders_export_1.csv"
    )
    told = {
        line: (row["transaction_id"], row["transaction_status"], row["line_type"], row["item_id"])
        for line, row in rows.items()
    }
    assert told == {
        2: ("#1001", "completed", "merchandise", "RG-1007"),
        3: ("#1001", "completed", "merchandise", "CK-3007"),
        4: ("#1002", "voided", "merchandise", "AC-5014"),
        5: ("#1003", "completed", "gift_card", None),
        6: ("#1003", "completed", "merchandise", "AC-5014"),
    }
    first, second, _, gift, last = rows.values()
    # The shop's own day, though it is the next one in UTC.
    assert [row["business_date"] for row in (first, second)] == [date(2026, 5, 20)] * 2
    assert second["sold_at"] == datetime(2026, 5, 21, 2, 40, 9)
    assert (second["ship_to_postal_code"], second["ship_to_state"]) == ("00501", "NY")
    # The order's own discount and its taxes fall on its first line, and only there.
    assert (first["net_amount"], first["discount_amount"]) == (Decimal(3150), Decimal(50))
    assert (second["net_amount"], second["discount_amount"]) == (Decimal(140), Decimal(10))
    assert first["net_amount"] + second["net_amount"] == Decimal(3290)  # the Subtotal
    assert [row["tax_amount"] for row in (first, second)] == [Decimal("218.79"), Decimal(0)]
    assert first["regular_unit_price"] == Decimal(3200)  # not what is crossed out
    assert [row["sale_channel"] for row in (first, second)] == ["online"] * 2
    assert [row["sale_channel"] for row in (gift, last)] == ["in_store"] * 2
    assert [row["register_id"] for row in (second, last)] == ["WEB", "7"]
    assert last["ship_to_state"] is None  # nothing of the order before it


def test_payments_have_the_day_of_a_refund(network):
    examples = Examples(network, "shopify")
    rows = examples.take(
        "transactions_export_1.csv", "tenders", at="shopify/NYC/transactions_export_1.csv"
    )
    told = {
        line: (row["transaction_id"], row["tender_type"], row["tender_amount"])
        for line, row in rows.items()
    }
    assert told == {
        3: ("#1001", "card", Decimal("3508.79")),
        5: ("#1003", "cash", Decimal(500)),
        6: ("#1001", "card", Decimal(-150)),
        7: ("#1004", "other", Decimal(80)),
    }
    assert rows[6]["business_date"] == date(2026, 5, 23)
    assert examples.skipped() == {
        "payment that did not succeed": 1,
        "authorisation or void, no money moved": 1,
    }
