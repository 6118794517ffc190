"""Square: what each line of the example files became (domain.md 1.5)."""

from datetime import date, datetime
from decimal import Decimal

from tests.unit.ingest.mapping_examples import EXAMPLES, Examples


def test_items(network):
    rows = Examples(network, "square").take("items-2026-05-20-2026-05-21.csv", "sales_lines")
    told = {
        line: (row["transaction_id"], row["quantity"], row["net_amount"], row["tax_amount"])
        for line, row in rows.items()
    }
    assert told == {
        2: ("TX01", Decimal(1), Decimal(3060), Decimal("271.58")),
        3: ("TX01", Decimal(2), Decimal(120), Decimal("10.65")),
        4: ("TX02", Decimal(1), Decimal(500), Decimal(0)),
        5: ("TX03", Decimal(-1), Decimal(-3060), Decimal("-271.58")),
        6: ("TX04", Decimal(1), Decimal(3400), Decimal("301.75")),
    }
    assert [rows[line]["discount_amount"] for line in (2, 5)] == [Decimal(340), Decimal(-340)]
    assert [rows[line]["line_type"] for line in (3, 4)] == ["merchandise", "gift_card"]
    assert [rows[line]["register_id"] for line in (3, 4)] == ["Till 1", "no device"]
    assert rows[2]["sold_at"] == datetime(2026, 5, 20, 18, 5, 9)
    assert rows[6]["business_date"] == date(2026, 5, 21)


def test_a_payment_split_over_kinds_is_a_tender_of_each(network):
    examples = Examples(network, "square")
    examples.take("transactions-2026-05-20-2026-05-21.csv", "tenders", tolerance=0.5)
    rows = network.table("tenders").sort("tender_number").rows(named=True)
    assert [
        (row["_line_no"], row["tender_number"], row["tender_type"], row["tender_amount"])
        for row in rows
    ] == [
        (2, 21, "card", Decimal("3462.23")),
        (3, 32, "cash", Decimal(500)),
        (4, 41, "card", Decimal("-3331.58")),
        (5, 51, "card", Decimal("30.00")),
        (5, 52, "cash", Decimal("35.33")),
        (6, 64, "check", Decimal("1306.50")),
    ]
    assert (rows[0]["card_last_four"], rows[0]["client_id"]) == ("4242", "CU1")
    # The number of a card says nothing about cash.
    assert [row["card_last_four"] for row in rows[3:5]] == ["1881", None]
    assert examples.rejected() == []
    assert examples.skipped() == {"nothing collected": 1}


def test_money_under_no_kind_is_set_aside(network):
    name = "transactions-2026-05-20-2026-05-21.csv"
    text = (EXAMPLES / "square" / name).read_text()
    lost = text.replace("$30.00,EMV,$35.33", "$0.00,EMV,$0.00")
    assert lost != text
    examples = Examples(network, "square")
    network.put(f"square/{name}", lost)
    network.take_in()
    assert examples.rejected() == [(5, "tender_type", "required")]
