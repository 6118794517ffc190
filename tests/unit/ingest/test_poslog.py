"""POSLog 2.1 and 6: a real NCR file taken in whole, a hand-made day of version 6, and ugly ones."""

import contextlib
import gzip
import random
import re
import shutil
import tracemalloc
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from pipelines.ingest.contracts import load_contract
from pipelines.ingest.mapping.faults import MappingError
from pipelines.ingest.mapping.loading import load_mappings, read_mapping
from pipelines.ingest.readers import Refused, poslog
from pipelines.ingest.readers.poslog.amounts import split
from pipelines.settings import SHIPPED_MAPPINGS, Settings

EXAMPLES = Path(__file__).parent / "examples"
NCR = 'xmlns:acs="http://www.ncr.com/rsd/acs/tlog/markup/poslog/2.1"'


@pytest.fixture
def home(network):
    network.settings = Settings(quiet_seconds=0, default_time_zone="America/New_York")
    return network


def outcomes(network):
    return {one.dataset: one for one in network.take_in().files}


def skipped(network, dataset):
    """What was left out of a dataset, by reason."""
    table = network.table("skipped_rows").filter(pl.col("dataset") == dataset)
    return dict(table.select("reason", "row_count").iter_rows())


def rejects(network):
    return network.table("rejected_rows").select("line_no", "rule", "value", "expected").rows()


def ncr(*lines: str, attributes: str = "", totals: str = "", sequence: int = 1, store="9") -> str:
    body = "".join(lines)
    return (
        f"<Transaction {attributes}><RetailStoreID>{store}</RetailStoreID>"
        f"<WorkstationID>34</WorkstationID><SequenceNumber>{sequence}</SequenceNumber>"
        "<BusinessDayDate>2024-03-01</BusinessDayDate>"
        "<EndDateTime>2024-03-01T12:00:00</EndDateTime>"
        f"<OperatorID>94</OperatorID><CurrencyCode>USD</CurrencyCode>"
        f"<RetailTransaction>{body}{totals}</RetailTransaction></Transaction>"
    )


def sale(number=1, amount="100.00", quantity="1", kind="Sale", more="", item="A", flags="") -> str:
    return (
        f"<LineItem {flags}><SequenceNumber>{number}</SequenceNumber>"
        f"<{kind}><ItemID>{item}</ItemID>"
        f"<ExtendedAmount>{amount}</ExtendedAmount><Quantity>{quantity}</Quantity>{more}</{kind}>"
        "</LineItem>"
    )


def tender(number=2, amount="100.00", kind="Cash", code="Sale", more="", flags="") -> str:
    return (
        f'<LineItem {flags}><SequenceNumber>{number}</SequenceNumber><Tender TenderType="{kind}" '
        f'TypeCode="{code}"><Amount>{amount}</Amount>{more}</Tender></LineItem>'
    )


def log(*transactions: str) -> str:
    joined = "\n".join(transactions)
    return (
        f'<POSLog xmlns="http://www.nrf-arts.org/IXRetail/namespace/" {NCR}>\n{joined}\n</POSLog>'
    )


def rows(network, *transactions: str, dataset="sales_lines", folder="poslog_ncr"):
    network.put(f"{folder}/one.xml", log(*transactions))
    found = outcomes(network)[dataset]
    assert found.status == "accepted", found.reason
    return network.table(dataset).sort("transaction_id", pl.nth(1))


# ── the real file ────────────────────────────────────────────────────────────────────────────


def test_the_real_ncr_file_is_taken_in_and_each_transaction_accounted_for(home):
    home.home.landing.joinpath("poslog_ncr").mkdir(parents=True)
    shutil.copy(
        EXAMPLES / "poslog_ncr" / "SMALL.xml", home.home.landing / "poslog_ncr" / "SMALL.xml"
    )
    found = outcomes(home)
    assert {one.status for one in found.values()} == {"accepted"}
    assert {name: one.rows_loaded for name, one in found.items()} == {
        "sales_lines": 1,
        "tenders": 1,
        "till_closings": 0,
        "till_events": 1,
    }
    assert {one.rows_rejected for one in found.values()} == {0}
    # Transaction 160 signs an operator on; transaction 161 is a receipt of 23 lines.
    assert skipped(home, "sales_lines") == {
        "control transaction: OperatorSignOn": 1,
        "tender line: read as a tender": 1,
        "line without money: LoyaltyMembership": 1,
        "reward without money (offers, messages, points)": 4,
        "reward: its amount stands on the line it rewards": 2,
        "line without money: CRMCustomVariable": 14,
    }
    assert skipped(home, "tenders") == {
        "control transaction: OperatorSignOn": 1,
        "no tender line": 22,
    }
    assert skipped(home, "till_closings") == {
        "control transaction: OperatorSignOn": 1,
        "receipt": 1,
    }
    assert skipped(home, "till_events") == {"receipt": 1}
    (event,) = home.table("till_events").rows(named=True)
    assert (event["event_type"], event["reason"]) == ("other", "OperatorSignOn: Valid SignOn")
    (line,) = home.table("sales_lines").rows(named=True)
    (paid,) = home.table("tenders").rows(named=True)
    assert line["transaction_id"] == paid["transaction_id"] == "9-34-2017-09-30-161"
    # Rung up at 1.26, of which a reward takes 0.19 off; it is told twice and counts once.
    assert (line["net_amount"], line["discount_amount"]) == (Decimal("1.07"), Decimal("0.19"))
    assert line["net_amount"] + line["tax_amount"] == paid["tender_amount"] == Decimal("1.07")
    assert line["quantity"] == Decimal("0.42") and line["item_id"] == "00000000067591"
    assert line["discount_reason"] == "5123"
    # Two in the morning of the first of October belongs to the thirtieth of September.
    assert str(line["business_date"]) == "2017-09-30"
    assert str(line["sold_at"]) == "2017-10-01 06:01:31" or str(line["sold_at"]).startswith(
        "2017-10-01 06:02"
    )
    assert line["client_id"] == "0000000000000040000066677"
    assert (paid["tender_type"], paid["authorization_code"]) == ("card", "734277")
    assert line["_line_no"] == paid["_line_no"] == 1  # the whole file is one line


# ── a day of version 6 ───────────────────────────────────────────────────────────────────────


@pytest.fixture
def day(home):
    home.home.landing.joinpath("arts_poslog6").mkdir(parents=True)
    shutil.copy(EXAMPLES / "arts_poslog6" / "day.xml", home.home.landing / "arts_poslog6")
    found = outcomes(home)
    assert {one.status for one in found.values()} == {"accepted"}, found
    assert {one.rows_rejected for one in found.values()} == {0}
    return home


def by_receipt(network, table):
    return {
        (row["transaction_id"].rpartition("-")[2], row[key]): row
        for key in [{"sales_lines": "line_number", "tenders": "tender_number"}[table]]
        for row in network.table(table).rows(named=True)
    }


def test_version_6_sales_returns_voids_and_rounding(day):
    lines = by_receipt(day, "sales_lines")
    ring = lines["101", 1]
    # 1,200 less 120 of discount, of which 180 is tax.
    assert (ring["net_amount"], ring["tax_amount"]) == (Decimal("900.00"), Decimal("180.00"))
    assert (ring["regular_unit_price"], ring["discount_amount"]) == (Decimal(1000), Decimal(100))
    assert ring["discount_reason"] == "STAFF" and ring["sales_associate_id"] == "31"
    assert ring["serial_number"] == "AB123" and ring["receipt_number"] == 5001
    assert ring["store_id"] == "PAR" and ring["currency"] == "EUR"
    assert str(ring["sold_at"]) == "2024-10-15 09:27:02.649000"  # UTC, not the local time beside it
    assert ring["client_id"] == "22000129"
    # A line struck out, and the line that strikes it.
    assert lines["101", 2]["is_voided_line"] and lines["101", 3]["is_voided_line"]
    assert not ring["is_voided_line"]

    back = lines["102", 1]
    assert (back["quantity"], back["net_amount"]) == (Decimal(-1), Decimal("-100.00"))
    assert back["tax_amount"] == Decimal("-20.00")
    assert back["original_transaction_id"] == "PAR-1-2024-10-14-90"

    service, rounding = lines["103", 1], lines["103", 3]
    assert service["line_type"] == "service" and service["net_amount"] == Decimal("30.02")
    assert rounding["line_type"] == "financial" and rounding["net_amount"] == Decimal("-0.02")


def test_version_6_what_became_of_each_receipt(day):
    found = {
        number: row["transaction_status"]
        for (number, _), row in by_receipt(day, "sales_lines").items()
    }
    assert found == {
        "101": "completed",
        "102": "completed",
        "103": "completed",
        "104": "post_voided",
        "106": "suspended",
        "107": "training",
        "108": "voided",
    }
    left_out = skipped(day, "sales_lines")
    assert left_out["control transaction: OperatorSignOn"] == 1
    assert left_out["tender control transaction: TenderPickup"] == 1
    assert left_out["post void: what it takes back is marked so"] == 1


def test_version_6_tenders_change_and_refunds(day):
    paid = by_receipt(day, "tenders")
    assert (paid["101", 4]["tender_amount"], paid["101", 4]["change_amount"]) == (1100, 20)
    assert paid["102", 4]["tender_amount"] == -120
    assert paid["104", 2]["card_last_four"] == "4242"
    assert ("103", 3) not in paid  # the rounding
    lines = day.table("sales_lines").filter(
        (pl.col("transaction_status") == "completed") & ~pl.col("is_voided_line")
    )
    sold = lines.group_by("transaction_id").agg(
        (pl.col("net_amount") + pl.col("tax_amount")).sum().alias("total")
    )
    tendered = (
        day.table("tenders")
        .group_by("transaction_id")
        .agg((pl.col("tender_amount") - pl.col("change_amount").fill_null(0)).sum().alias("paid"))
    )
    both = sold.join(tendered, on="transaction_id")
    assert both.height == 3
    assert both.select((pl.col("total") == pl.col("paid")).all()).item()


def test_version_6_the_settlement_is_the_z(day):
    card, cash = day.table("till_closings").sort("tender_type").rows(named=True)
    assert (cash["tender_type"], cash["z_number"]) == ("cash", "110")
    assert (cash["opening_float"], cash["declared_amount"]) == (300, 996)
    assert cash["counted_amount"] == 795  # 796 should be there, 1 was short
    assert (card["tender_type"], card["declared_amount"], card["counted_amount"]) == (
        "card",
        0,
        None,
    )


def test_lines_of_the_file_are_true(day):
    text = (EXAMPLES / "arts_poslog6" / "day.xml").read_text().splitlines()
    for row in day.table("sales_lines").rows(named=True):
        assert "<LineItem" in text[row["_line_no"] - 1]
    for row in day.table("till_closings").rows(named=True):
        assert "TenderType=" in text[row["_line_no"] - 1]


def test_no_name_of_a_person_reaches_the_lake(day):
    for path in day.home.batches.rglob("*.parquet"):
        if "clients" not in path.name:
            assert b"Mustermann" not in path.read_bytes()
            assert b"Somebody" not in path.read_bytes()


# ── signs, tax, discounts ────────────────────────────────────────────────────────────────────


def test_a_return_is_negative_whichever_way_it_is_written(home):
    found = rows(
        home,
        ncr(
            sale(1, "50.00", "1", "Return", "<ReasonCode>SIZE</ReasonCode>"),
            sale(2, "60.00", "-1"),
            sale(3, "-70.00", "-1", "Return"),
            sale(4, "-5.00", "1"),
        ),
    )
    assert found.get_column("quantity").to_list() == [-1, -1, -1, 1]
    assert found.get_column("net_amount").to_list() == [-50, -60, -70, -5]
    assert found.get_column("return_reason").to_list() == ["SIZE", None, None, None]


def test_tax_lines_go_to_the_lines_they_tax_and_lose_no_cent(home):
    marked = '<acs:Itemizers Tax1="true">97</acs:Itemizers>'
    tax = (
        '<LineItem><SequenceNumber>9</SequenceNumber><Tax acs:TaxID="1">'
        "<TaxableAmount>9.28</TaxableAmount><Amount>0.94</Amount></Tax></LineItem>"
    )
    found = rows(
        home,
        ncr(
            sale(1, "3.49", more=marked),
            sale(2, "3.49", more=marked),
            sale(3, "5.84"),
            sale(4, "1.15", more=marked),
            sale(5, "1.15", more=marked),
            tax,
        ),
    )
    assert found.get_column("tax_amount").to_list() == [
        Decimal("0.35"), Decimal("0.35"), 0, Decimal("0.12"), Decimal("0.12"),
    ]  # fmt: skip


def test_a_line_struck_out_keeps_the_tax_it_had(home):
    tax = "<Tax><Amount>8.88</Amount></Tax>"
    found = rows(home, ncr(sale(1, more=tax), sale(2, more=tax, flags='VoidFlag="true"')))
    assert found.select("tax_amount", "is_voided_line").rows() == [
        (Decimal("8.88"), False),
        (Decimal("8.88"), True),
    ]


def test_the_tax_of_an_exchange_follows_its_lines(home):
    total = '<Total TotalType="TransactionTaxAmount">4.44</Total>'
    found = rows(home, ncr(sale(1, "150.00"), sale(2, "100.00", kind="Return"), totals=total))
    assert found.get_column("tax_amount").to_list() == [Decimal("13.32"), Decimal("-8.88")]


def test_the_tax_of_a_refund_goes_back_without_a_sign_too(home):
    line = "<LineItem><SequenceNumber>3</SequenceNumber><Tax><Amount>8.88</Amount></Tax></LineItem>"
    found = rows(home, ncr(sale(1, "100.00", kind="Return"), line))
    assert found.get_column("tax_amount").to_list() == [Decimal("-8.88")]


@pytest.mark.parametrize(
    ("total", "weights"),
    [
        ("0.94", "3.49 3.49 1.15 1.15"),
        ("0.01", "1 1 1"),
        ("-0.05", "-1 -1 -1"),
        ("1.00", "0 0"),
        ("0.00", "0 0"),
        ("0.01", "150.00 -149.99"),
        ("9.00", "9000000000000000 -8999999999999999.99"),
    ],
)
def test_a_split_adds_up(total, weights):
    shares = split(Decimal(total), [Decimal(one) for one in weights.split()])
    assert sum(shares) == Decimal(total)
    assert all(share == round(share, 2) for share in shares)
    assert all(abs(share) <= abs(Decimal(total)) for share in shares)


def test_modifiers_make_the_discount_where_no_sum_is_told(home):
    modifier = (
        '<RetailPriceModifier MethodCode="PriceOverride"><Amount Action="{}">{}</Amount>'
        "<ReasonCode>{}</ReasonCode></RetailPriceModifier>"
    )
    more = modifier.format("Subtract", "30", "LOYAL") + modifier.format("Add", "5", "ENGRAVED")
    (row,) = rows(home, ncr(sale(1, "75.00", more=more))).rows(named=True)
    assert (row["discount_amount"], row["net_amount"]) == (25, 75)
    assert row["discount_reason"] == "LOYAL; ENGRAVED" and row["is_price_override"]


def discounted(count: int) -> list[str]:
    more = "<ExtendedDiscountAmount>10.00</ExtendedDiscountAmount>"
    total = '<Total TotalType="TransactionGrandAmount">90.00</Total>'
    return [ncr(sale(more=more), totals=total, sequence=at) for at in range(1, count + 1)]


def test_amounts_read_the_wrong_way_are_found_out_by_the_receipts_own_totals(home):
    home.put("poslog_ncr/one.xml", log(*discounted(3)))
    found = outcomes(home)["sales_lines"]
    assert found.status == "refused"
    assert "0 of 3 receipts" in found.reason
    assert "extended_amount: before_discount" in found.reason


def test_tax_taken_for_added_that_is_included_is_found_out(home):
    total = (
        '<Total TotalType="TransactionGrandAmount">100.00</Total>'
        '<Total TotalType="TransactionTaxAmount">16.67</Total>'
    )
    home.put("poslog_ncr/one.xml", log(ncr(sale(), totals=total)))
    found = outcomes(home)["sales_lines"]
    assert found.status == "refused" and "tax: included" in found.reason


def test_a_cent_of_difference_is_no_difference(home):
    # Net 2.33 and tax 0.44 against 2.78: seen in a real file.
    total = (
        '<Total TotalType="TransactionGrandAmount">2.78</Total>'
        '<Total TotalType="TransactionTaxAmount">0.44</Total>'
    )
    found = rows(home, ncr(sale(1, "2.33"), totals=total))
    assert found.get_column("tax_amount").to_list() == [Decimal("0.44")]


def test_a_reward_without_a_line_is_money_all_the_same(home):
    reward = (
        "<LineItem><SequenceNumber>5</SequenceNumber><LoyaltyReward><PromotionID>77</PromotionID>"
        "<acs:RewardCategory>Monetary</acs:RewardCategory>"
        "<acs:ExtendedRewardAmount>-9.00</acs:ExtendedRewardAmount></LoyaltyReward></LineItem>"
    )
    found = rows(home, ncr(sale(), reward)).rows(named=True)
    assert [(row["line_type"], row["net_amount"]) for row in found] == [
        ("merchandise", 100),
        ("financial", -9),
    ]


WHOLE = (
    "<LineItem><SequenceNumber>8</SequenceNumber><Discount><Amount>20.00</Amount></Discount>"
    "</LineItem>"
)


def test_a_discount_on_the_receipt_is_split_unless_the_lines_hold_it(home):
    held = "<ExtendedDiscountAmount>{}</ExtendedDiscountAmount>"
    total = '<Total TotalType="TransactionGrandAmount">{}</Total>'
    found = rows(
        home,
        # The lines hold it: 150 and 30 are what is left.
        ncr(
            sale(1, "150.00", more=held.format("15.00")),
            sale(2, "30.00", more=held.format("5.00")),
            WHOLE,
            totals=total.format("180.00"),
            sequence=1,
        ),
        # They have discounts of their own only: the receipt's total shows it.
        ncr(
            sale(1, "150.00", more=held.format("30.00")),
            sale(2, "50.00"),
            WHOLE,
            totals=total.format("180.00"),
            sequence=2,
        ),
        # No total and no discounts: nobody holds it.
        ncr(sale(1, "100.00", kind="Return"), WHOLE, sequence=3),
    )
    assert found.select("net_amount", "discount_amount").rows() == [
        (150, 15),
        (30, 5),
        (135, 45),
        (45, 5),
        (-80, -20),
    ]


# ── tenders ──────────────────────────────────────────────────────────────────────────────────


def test_change_finds_its_tender(home):
    nested = "<TenderChange><Amount>4.52</Amount></TenderChange>"
    change = (
        '<LineItem><SequenceNumber>{}</SequenceNumber><TenderChange TenderType="Cash">'
        "<Amount>3.00</Amount></TenderChange></LineItem>"
    )
    found = rows(
        home,
        ncr(tender(1, "20.00", more=nested), sequence=1),
        ncr(tender(1, "50.00", "CreditDebit"), tender(2, "10.00"), change.format(3), sequence=2),
        ncr(tender(1, "50.00", "CreditDebit"), change.format(2), sequence=3),
        ncr(sale(), change.format(2), sequence=4),
        ncr(tender(1, "50.00", "Debit", more="<Cashback>20</Cashback>"), sequence=5),
        dataset="tenders",
    )
    assert [
        (row["tender_type"], row["tender_amount"], row["change_amount"])
        for row in found.rows(named=True)
    ] == [
        ("cash", 20, Decimal("4.52")),
        ("card", 50, None),
        ("cash", 10, 3),
        ("card", 50, 3),
        ("cash", 0, 3),
        ("card", 50, 20),
    ]


CHANGE = (
    "<LineItem><SequenceNumber>3</SequenceNumber>"
    "<TenderChange><Amount>30.00</Amount></TenderChange></LineItem>"
)
NESTED = "<TenderChange><Amount>30.00</Amount></TenderChange>"
TOTAL = '<Total TotalType="TransactionGrandAmount">-120.00</Total>'


@pytest.mark.parametrize(
    "paid",
    [
        # Nested: a refund of 120 paid with 150, the client hands 30 in.
        tender(2, "150.00", code="Refund", more=NESTED),
        # A line of its own; the receipt's total tells which way it went.
        tender(2, "150.00", code="Refund") + CHANGE + TOTAL,
        tender(2, "90.00", code="Refund") + CHANGE + TOTAL,
        # Nothing tells: money that may have left the drawer has left it.
        tender(2, "90.00", code="Refund") + CHANGE,
    ],
)
def test_change_beside_a_refund(home, paid):
    found = rows(home, ncr(sale(1, "120.00", kind="Return"), paid), dataset="tenders")
    worth = [
        row["tender_amount"] - (row["change_amount"] or 0) for row in found.iter_rows(named=True)
    ]
    assert sum(worth) == -120


@pytest.mark.parametrize("flag", ["VoidFlag", "CancelFlag"])
def test_a_line_is_struck_out_under_either_name(home, flag):
    found = rows(home, ncr(sale(1), sale(2, flags=f'{flag}="true"')))
    assert found.get_column("is_voided_line").to_list() == [False, True]


def test_voided_tenders_are_left_out_and_unknown_ones_set_aside(home):
    found = rows(
        home,
        ncr(
            tender(1, "10.00"),
            tender(2, "11.00", flags='VoidFlag="true"'),
            tender(3, "12.00", "Seashells"),
            *[tender(at, "1.00") for at in range(4, 30)],
        ),
        dataset="tenders",
    )
    assert found.height == 27
    assert skipped(home, "tenders")["voided tender line"] == 1
    ((line, rule, value, expected),) = rejects(home)
    assert (line, rule, value) == (2, "known code", "Seashells") and "CreditDebit" in expected


def test_tenders_of_a_receipt_broken_off_before_anything_was_sold_are_no_money(home):
    good = ncr(sale(), tender(2), sequence=1)
    broken = ncr(tender(1, "500.00"), attributes='CancelFlag="true"', sequence=2)
    found = rows(home, good, broken, dataset="tenders")
    assert found.get_column("tender_amount").to_list() == [100]
    assert skipped(home, "tenders")["tender line of a voided receipt that sold nothing"] == 1


def test_only_four_digits_of_a_card_are_taken(home):
    more = (
        "<CreditDebit><PrimaryAccountNumber>4111111111111111</PrimaryAccountNumber></CreditDebit>"
    )
    (row,) = rows(home, ncr(tender(1, "10.00", "Credit", more=more)), dataset="tenders").rows(
        named=True
    )
    assert row["card_last_four"] == "1111"
    for path in home.home.batches.rglob("*.parquet"):
        assert b"4111111111111111" not in path.read_bytes()


def test_special_sales_and_payers_of_version_6(home):
    exempt = (
        '<Tax><Amount>0</Amount><TaxExemption TypeCode="Diplomatic">'
        "<CustomerExemptionID>MC-7</CustomerExemptionID></TaxExemption></Tax>"
    )
    deliver = (
        "<Delivery><Address><Territory>NY</Territory><PostalCode>10001</PostalCode>"
        '<Country Code="US"/></Address></Delivery>'
    )
    payer = (
        "<Payer><Name>Jane Roe</Name><PersonalIDReferenceNumber>P-1</PersonalIDReferenceNumber>"
        "</Payer><MoneyOrder><SerialNumber>MO-9</SerialNumber><BankID>USPS</BankID>"
        "<FaceValueAmount>500.00</FaceValueAmount></MoneyOrder>"
    )
    many = [tender(at, "1.00") for at in range(4, 30)]
    receipt = ncr(
        sale(1, "900.00", more=exempt + deliver),
        tender(2, "900.00", "MoneyOrder", more=payer),
        tender(3, "1.00", "Seashells", more=payer),
        *many,
    ).replace(
        "<OperatorID>",
        '<SalesChannelID>Distance desk</SalesChannelID><ReceiptNumber Series="B">77</ReceiptNumber>'
        "<OperatorID>",
    )
    (line,) = rows(home, receipt, folder="arts_poslog6").rows(named=True)
    assert (line["tax_exemption"], line["tax_exemption_reference"]) == ("diplomatic", "MC-7")
    assert (line["sale_channel"], line["ship_to_state"]) == ("distance", "NY")
    assert (line["ship_to_postal_code"], line["ship_to_country"]) == ("10001", "US")
    assert (line["receipt_series"], line["receipt_number"]) == ("B", 77)
    paid = home.table("tenders").filter(pl.col("tender_number") == 2).row(0, named=True)
    assert (paid["tender_type"], paid["payer_name"]) == ("money_order", "Jane Roe")
    assert (paid["payer_document_number"], paid["instrument_number"]) == ("P-1", "MO-9")
    assert (paid["instrument_issuer"], paid["instrument_face_amount"]) == ("USPS", 500)
    # The one set aside shows its code and nothing of the person.
    told = home.table("rejected_rows").rows()
    assert "Seashells" in str(told) and "Roe" not in str(told) and "P-1" not in str(told)


# ── what does not fit ────────────────────────────────────────────────────────────────────────


def test_a_line_of_an_unknown_kind_with_money_is_set_aside(home):
    strange = (
        "<LineItem><SequenceNumber>7</SequenceNumber><TradeIn><Amount>40</Amount></TradeIn>"
        "</LineItem>"
    )
    rows(home, ncr(*[sale(at) for at in range(1, 20)], strange))
    ((_, rule, value, expected),) = rejects(home)
    assert (rule, value) == ("kind of line", "TradeIn") and "amount" in expected


def test_tax_of_a_receipt_that_sold_nothing_is_set_aside(home):
    tax = "<LineItem><SequenceNumber>3</SequenceNumber><Tax><Amount>{}</Amount></Tax></LineItem>"
    good = [ncr(sale(), sequence=at) for at in range(10, 30)]
    rows(home, ncr(tax.format("8.88"), sequence=1), ncr(tax.format("0.00"), sequence=2), *good)
    ((line, rule, value, _),) = rejects(home)
    assert (line, rule, value) == (2, "sold line", "Tax")


def test_a_post_void_of_another_days_receipt_is_set_aside(home):
    post_void = (
        "<Transaction><RetailStoreID>9</RetailStoreID><WorkstationID>34</WorkstationID>"
        "<SequenceNumber>99</SequenceNumber><BusinessDayDate>2024-03-01</BusinessDayDate>"
        "<PostVoidTransaction><TransactionLink><BusinessDayDate>2024-02-28</BusinessDayDate>"
        "<SequenceNumber>5</SequenceNumber></TransactionLink></PostVoidTransaction></Transaction>"
    )
    found = rows(home, *[ncr(sale(), sequence=at) for at in range(1, 20)], post_void)
    assert set(found.get_column("transaction_status")) == {"completed"}
    ((line, rule, value, expected),) = rejects(home)
    assert (line, rule, value) == (21, "post void", "9 / 34 / 2024-02-28 / 5")
    # Which receipt of which day, and what to do about it.
    assert "receipt 5 of register 34, store 9, 2024-02-28" in expected
    assert "under its old name" in expected
    # It is on the account once.
    assert skipped(home, "sales_lines") == {}


def test_the_file_that_brought_a_receipt_takes_it_back_when_it_comes_again(home):
    """What the words of a post void set aside tell people to do."""
    post_void = (
        "<Transaction><RetailStoreID>9</RetailStoreID><WorkstationID>34</WorkstationID>"
        "<SequenceNumber>99</SequenceNumber><BusinessDayDate>2024-03-02</BusinessDayDate>"
        "<PostVoidTransaction><TransactionLink><BusinessDayDate>2024-03-01</BusinessDayDate>"
        "<SequenceNumber>1</SequenceNumber></TransactionLink></PostVoidTransaction></Transaction>"
    )
    home.put("poslog_ncr/one.xml", log(ncr(sale(), sequence=1), ncr(sale(), sequence=2)))
    home.take_in()
    home.put("poslog_ncr/one.xml", log(ncr(sale(), sequence=1), ncr(sale(), sequence=2), post_void))
    home.take_in()
    newest = home.table("sales_lines").tail(2).sort("transaction_id")
    assert newest.get_column("transaction_status").to_list() == ["post_voided", "completed"]
    # The same scope in both batches: the newer one takes the place of the older.
    assert home.table("sales_lines").get_column("_scope").n_unique() == 1


def test_a_post_void_that_names_no_receipt_is_set_aside_and_one_in_training_is_none(home):
    lost = ncr(sequence=98).replace("RetailTransaction", "PostVoidTransaction")
    trained = ncr(sequence=99, attributes='TrainingModeFlag="true"').replace(
        "RetailTransaction", "PostVoidTransaction"
    )
    rows(home, *[ncr(sale(), sequence=at) for at in range(1, 20)], lost, trained)
    ((line, rule, value, expected),) = rejects(home)
    assert (line, rule, value) == (21, "post void", None) and "TransactionLink" in expected
    assert skipped(home, "sales_lines") == {"training post void: it takes nothing back": 1}


def test_a_post_void_may_be_written_as_a_status(home):
    taking = (
        '<TransactionLink ReasonCode="Voided"><SequenceNumber>1</SequenceNumber></TransactionLink>'
    )
    body = ncr(sale(), taking, sequence=2).replace(
        "<RetailTransaction>", '<RetailTransaction TransactionStatus="PostVoided">'
    )
    found = rows(home, ncr(sale(), sequence=1), body, ncr(sale(), sequence=3))
    assert found.get_column("transaction_status").to_list() == [
        "post_voided", "post_voided", "completed",
    ]  # fmt: skip


def test_values_that_are_none_are_set_aside_with_what_was_expected(home):
    good = [ncr(sale(), sequence=at) for at in range(10, 40)]
    rows(
        home,
        ncr(sale(1, amount="ten"), sequence=1),
        ncr(sale(1, quantity="a few"), sequence=2),
        ncr(sale(1), sequence=3, store=""),
        *good,
    )
    assert [(line, rule, value) for line, rule, value, _ in rejects(home)] == [
        (2, "number", "ten"),
        (3, "number", "a few"),
        (4, "required", None),
    ]


_DISCOUNT = "<ExtendedDiscountAmount>{}</ExtendedDiscountAmount>"
_MODIFIER = "<RetailPriceModifier><Amount>{}</Amount></RetailPriceModifier>"
_LINE = "<LineItem><SequenceNumber>7</SequenceNumber>{}</LineItem>"
_TAX_TOTAL = '<Total TotalType="TransactionTaxAmount">{}</Total>'


@pytest.mark.parametrize("text", ["12,50", "1.25E+1", "1_2", "\u0661\u0662", "NaN"])
@pytest.mark.parametrize(
    "told",
    [
        lambda text: ncr(sale(1, amount=text)),
        lambda text: ncr(sale(1, more=_DISCOUNT.format(text))),
        lambda text: ncr(sale(1, more=_MODIFIER.format(text))),
        lambda text: ncr(sale(1, more=f"<Tax><Amount>{text}</Amount></Tax>")),
        lambda text: ncr(sale(1), _LINE.format(f"<Tax><Amount>{text}</Amount></Tax>")),
        lambda text: ncr(sale(1), _LINE.format(f"<Discount><Amount>{text}</Amount></Discount>")),
        lambda text: ncr(
            sale(1), _LINE.format(f"<LoyaltyReward><Amount>{text}</Amount></LoyaltyReward>")
        ),
        lambda text: ncr(sale(1), totals=_TAX_TOTAL.format(text)),
    ],
    ids=["price", "discount", "modifier", "tax", "tax line", "discount line", "reward", "total"],
)
def test_an_amount_that_is_no_number_is_never_left_out_in_silence(home, told, text):
    good = [ncr(sale(), sequence=at) for at in range(10, 30)]
    rows(home, told(text), *good)
    ((line, rule, value, expected),) = rejects(home)
    assert (line, rule) == (2, "number") and value.startswith(text) and "1250.50" in expected


def test_change_and_till_amounts_that_are_no_number_are_set_aside(home):
    def till(number, body):
        return (
            "<Transaction><RetailStoreID>9</RetailStoreID><WorkstationID>34</WorkstationID>"
            f"<SequenceNumber>{number}</SequenceNumber><TenderControlTransaction>{body}"
            "</TenderControlTransaction><EndDateTime>2024-03-01T12:00:00</EndDateTime>"
            "<BusinessDayDate>2024-03-01</BusinessDayDate></Transaction>"
        )

    def settled(number, counted):
        summary = f"<Sales><Amount>1</Amount></Sales><Count><Amount>{counted}</Amount></Count>"
        told = f"<TillSettle><TenderSummary>{summary}</TenderSummary></TillSettle>"
        return till(number, told)

    def paid_out(number, amount):
        return till(number, f"<PaidOut><Amount>1</Amount><Amount>{amount}</Amount></PaidOut>")

    home.settings = home.settings.model_copy(update={"reject_tolerance": 0.5})
    given = "<TenderChange><Amount>5.0.0</Amount></TenderChange>"
    rows(
        home,
        ncr(sale(), tender(more=given), sequence=1),
        settled(2, "ten"),
        paid_out(3, "some"),
        settled(4, "1.00"),
        paid_out(5, "2.00"),
        ncr(sale(), tender(), sequence=6),
        dataset="tenders",
    )
    found = home.table("rejected_rows").select("dataset", "line_no", "value").rows()
    assert sorted(found) == [
        ("tenders", 2, "5.0.0"),
        ("till_closings", 3, "ten"),
        ("till_events", 4, "some"),
    ]


def test_the_same_receipt_twice_on_one_line_of_a_file(home):
    twice = log(ncr(sale(1), sale(2, "7.00"))).replace("\n", "")
    doubled = twice.replace("</POSLog>", ncr(sale(1), sale(2, "8.00")) + "</POSLog>")
    more = "".join(ncr(sale(), sequence=at) for at in range(5, 25))
    home.put("poslog_ncr/one.xml", doubled.replace("</POSLog>", more + "</POSLog>"))
    found = outcomes(home)["sales_lines"]
    assert (found.lines_read, found.rows_loaded) == (24, 22)
    assert (found.rows_rejected, found.rows_skipped) == (1, 1)
    assert home.table("sales_lines").filter(pl.col("line_number") == 2)["net_amount"].to_list() == [
        7
    ]


def test_many_rows_on_one_line_of_a_big_file_lose_none(home):
    body = "".join(ncr(sale(1), sale(2, "7.00"), sequence=at) for at in range(2_000))
    body += ncr(sale(1), sale(2, "8.00"), sequence=7)
    path = home.put("poslog_ncr/one.xml", f"<POSLog {NCR}>{body}</POSLog>")
    assert path.stat().st_size > 1 << 20
    found = outcomes(home)["sales_lines"]
    assert (found.lines_read, found.rows_loaded) == (4_002, 4_000)
    assert home.table("sales_lines").height == 4_000


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("<POSLog><Transaction>", "ends in the middle"),
        ("<html/>", "first element is html"),
        ('<!DOCTYPE POSLog [<!ENTITY a "b">]><POSLog>&a;</POSLog>', "never read"),
        ("", "empty"),
        ("transaction_id,line_number\n", "no XML"),
    ],
)
def test_what_is_no_poslog_is_refused(home, content, words):
    home.put("poslog_ncr/one.xml", content)
    for found in outcomes(home).values():
        assert found.status == "refused" and words in found.reason


@pytest.mark.parametrize("name", ["arts_poslog6/day.xml", "poslog_ncr/SMALL.xml"])
def test_no_damage_gives_a_traceback(name, tmp_path):
    contract, chance = load_contract(), random.Random(name)
    system = name.partition("/")[0]
    mappings = [read_mapping(path, contract) for path in (SHIPPED_MAPPINGS / system).glob("*.yml")]
    whole = (EXAMPLES / name).read_bytes()
    texts = [found.span() for found in re.finditer(rb"(?<=>)[^<>\s][^<>]*(?=<)", whole)]
    path = tmp_path / "f.xml"
    for _ in range(60):
        start, end = chance.choice(texts)
        if chance.random() < 0.3:
            start = chance.randrange(len(whole))
            end = start + chance.randrange(300)
        path.write_bytes(whole[:start] + chance.choice(UGLY) + whole[end:])
        for mapping in mappings:
            with contextlib.suppress(Refused):
                for chunk in poslog.read(path, mapping, Settings(), lambda names: None):
                    assert chunk.lines >= 0


UGLY = [b"", b"-1", b"1E300", b"NaN", b"9" * 5_000, b"9" * 30, b"0.0049", b"\xff", b"<a>", b"Sale"]


def test_gzip_and_other_encodings(home):
    text = f'<?xml version="1.0" encoding="utf-16"?>{log(ncr(sale()))}'
    home.put("poslog_ncr/one.xml.gz", gzip.compress(text.encode("utf-16")))
    assert outcomes(home)["sales_lines"].rows_loaded == 1


def test_files_of_one_day_add_up_and_a_new_one_replaces_itself(home):
    home.put("poslog_ncr/a.xml", log(ncr(sale(), sequence=1)))
    home.put("poslog_ncr/b.xml", log(ncr(sale(), sequence=2)))
    home.take_in()
    scopes = home.table("file_scopes").filter(pl.col("dataset") == "sales_lines")
    assert sorted(scopes.get_column("scope")) == ["9|2024-03-01|a", "9|2024-03-01|b"]


def test_a_mapping_that_names_no_records_is_refused(tmp_path):
    told = (SHIPPED_MAPPINGS / "poslog_ncr" / "tenders.yml").read_text()
    path = tmp_path / "m.yml"
    path.write_text(told.replace("records: tenders", "records: payments"))
    with pytest.raises(MappingError, match="sale_lines, tenders, closings"):
        read_mapping(path, load_contract())


def test_the_shipped_mappings_are_read():
    names = {one.name for one in load_mappings([SHIPPED_MAPPINGS], load_contract())}
    for system in ("poslog_ncr", "arts_poslog6"):
        assert {f"{system}/{kind}" for kind in ("sale_lines", "tenders", "closings")} <= names


def test_memory_stays_while_the_log_grows(tmp_path):
    mapping = read_mapping(SHIPPED_MAPPINGS / "poslog_ncr" / "tenders.yml", load_contract())
    path = tmp_path / "big.xml"
    with path.open("w") as file:
        file.write("<POSLog>")
        for at in range(2_000):
            file.write(ncr(sale(1), tender(2), sequence=at))
        file.write("</POSLog>")
    tracemalloc.start()
    chunks = 0
    for chunk in poslog.read(path, mapping, Settings(), lambda names: None):
        chunks += chunk.frame.height
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert chunks == 2_000
    assert peak < 9 << 20


def test_a_mapping_may_insist_on_an_encoding_that_a_file_does_not_declare(home, tmp_path):
    told = (SHIPPED_MAPPINGS / "poslog_ncr" / "sale_lines.yml").read_text()
    path = log(ncr(sale(item="Grüße"))).encode("cp1252")
    for encoding, found in (("cp1252", "Grüße"), ("auto", None)):
        file = tmp_path / "m.yml"
        file.write_text(f"encoding: {encoding}\n{told}")
        mapping = read_mapping(file, load_contract())
        (tmp_path / "f.xml").write_bytes(path)
        chunks = poslog.read(tmp_path / "f.xml", mapping, Settings(), lambda names: None)
        if found is None:
            with pytest.raises(Refused, match="damaged XML"):
                list(chunks)
        else:
            assert found in pl.concat([one.frame for one in chunks])["ItemID"].to_list()


# ── what is no receipt ───────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("folder", ["poslog_ncr", "arts_poslog6"])
def test_control_transactions_become_till_events(home, folder):
    def control(number, body, kind="TenderControlTransaction", attributes=""):
        return (
            f"<Transaction {attributes}><BusinessUnit><UnitID>9</UnitID></BusinessUnit>"
            f"<WorkstationID>34</WorkstationID><SequenceNumber>{number}</SequenceNumber>"
            f"<{kind}>{body}</{kind}><EndDateTime>2024-03-01T12:00:00</EndDateTime>"
            "<OperatorID>94</OperatorID><BusinessDayDate>2024-03-01</BusinessDayDate></Transaction>"
        )

    two = "<Line><Amount>5.00</Amount></Line><Line><Amount>-7.50</Amount></Line>"
    settled = (
        "<TillSettle><TenderSummary><Sales><Amount>1</Amount></Sales></TenderSummary></TillSettle>"
    )
    found = rows(
        home,
        control(1, "<NoSale/><ReasonCode>change</ReasonCode>", "ControlTransaction"),
        control(2, "<TenderLoan><Amount>200.00</Amount></TenderLoan>"),
        control(3, "<acs:TenderPickup><Amount>-150.00</Amount></acs:TenderPickup>"),
        control(4, "<PaidIn><Amount>20</Amount></PaidIn>"),
        control(5, f"<PaidOut>{two}</PaidOut>"),
        control(6, "<TillOpen/>", "ControlTransaction"),
        control(7, settled),
        control(8, "<NoSale/>", "ControlTransaction", 'TrainingModeFlag="true"'),
        control(9, "<StockTake/>", "InventoryControlTransaction"),
        control(10, "<TransactionLink/>", "PostVoidTransaction"),
        ncr(sale(), sequence=11),
        dataset="till_events",
        folder=folder,
    )
    told = {
        row["event_id"].rpartition("-")[2]: (row["event_type"], row["amount"], row["reason"])
        for row in found.iter_rows(named=True)
    }
    assert told == {
        "1": ("drawer_opened", None, "NoSale: change"),
        "2": ("float_set", 200, "TenderLoan"),
        "3": ("pick_up", 150, "TenderPickup"),
        "4": ("paid_in", 20, "PaidIn"),
        "5": ("paid_out", Decimal("12.50"), "PaidOut"),
        "6": ("other", None, "TillOpen"),
    }
    assert {str(one) for one in found.get_column("occurred_at")} == {"2024-03-01 17:00:00"}
    # Each of the eleven is on the account.
    assert skipped(home, "till_events") == {
        "settlement: read as a closing": 1,
        "training control transaction": 1,
        "inventory control transaction: it is about goods, not the till": 1,
        "post void: read with the sold lines": 1,
        "receipt": 1,
    }
