"""Adyen, Stripe and the OFAC list: what each line of the example files became (domain.md 1.5)."""

from datetime import date
from decimal import Decimal

import pytest

from pipelines.settings import Settings
from tests.unit.ingest.mapping_examples import EXAMPLES, Examples


def test_adyen_takes_its_sign_from_the_type(network):
    examples = Examples(network, "adyen")
    rows = examples.take("settlement_detail_report_batch_42.csv", "card_settlements")
    told = {
        line: (row["gross_amount"], row["fee_amount"], row["net_amount"])
        for line, row in rows.items()
    }
    assert told == {
        2: (Decimal("3462.23"), Decimal("52.22"), Decimal("3410.01")),
        3: (Decimal(100), Decimal(2), Decimal(98)),  # settled, and written under debit
        4: (Decimal(-150), Decimal("0.30"), Decimal("-150.30")),
        5: (Decimal(-80), None, Decimal(-80)),
    }
    # A batch spans several days.
    assert [row["captured_on"].day for row in rows.values()] == [20, 19, 21, 21]
    assert {row["settled_on"] for row in rows.values()} == {date(2026, 5, 22)}
    assert {row["payout_id"] for row in rows.values()} == {"NYC|42"}
    # A refund of the same payment is another operation; no reference was taken for a card number.
    assert rows[2]["settlement_id"] == "8515131751004933|Settled|8825408195409505"
    assert rows[4]["settlement_id"] == "8515131751004933|Refunded|8825408195409507"
    assert examples.skipped() == {
        "fee or cost of the processor": 1,
        "payout, or money moved between accounts": 1,
    }


def test_stripe(network):
    examples = Examples(network, "stripe")
    name = "Itemized_balance_change_from_activity_USD_2026-05-20.csv"
    rows = examples.take(name, "card_settlements", at=f"stripe/NYC/{name}", tolerance=0.5)
    told = {
        row["settlement_id"]: (row["gross_amount"], row["fee_amount"], row["net_amount"])
        for row in rows.values()
    }
    assert told == {
        "txn_1A": (Decimal("3508.79"), Decimal("102.05"), Decimal("3406.74")),
        "txn_1B": (Decimal(-150), Decimal(0), Decimal(-150)),
        "txn_1C": (Decimal(-80), Decimal(15), Decimal(-95)),
    }
    assert rows[2]["captured_on"] == date(2026, 5, 20)  # the account's day, not that of UTC
    assert (rows[2]["store_id"], rows[2]["currency"]) == ("NYC", "USD")
    assert examples.skipped() == {"payout, or money moved between accounts": 1}
    assert examples.rejected() == [(6, "currency", "known code")]


@pytest.mark.parametrize(
    ("system", "name", "known", "unknown"),
    [
        ("adyen", "settlement_detail_report_batch_42.csv", "Fee", "CaptureFailed"),
        ("stripe", "Itemized_balance_change_from_activity_USD_2026-05-20.csv", "payout", "novelty"),
    ],
)
def test_a_kind_nobody_knows_is_set_aside_not_skipped(network, system, name, known, unknown):
    """It may be money of a card: a new kind must not vanish among fees and payouts."""
    examples = Examples(network, system)
    network.settings = Settings(quiet_seconds=0, reject_tolerance=0.5)
    text = (EXAMPLES / system / name).read_text()
    assert f",{known}," in text
    network.put(f"{system}/NYC/{name}", text.replace(f",{known},", f",{unknown},"))
    network.take_in()
    told = network.table("rejected_rows").get_column("value").to_list()
    assert sum(value.endswith(f"={unknown}") for value in told) == 1
    assert len(examples.skipped()) == (1 if system == "adyen" else 0)


def test_the_list_of_ofac(network):
    examples = Examples(network, "ofac")
    rows = examples.take("sdn.csv", "watchlist")
    told = {
        row["entry_id"]: (row["listed_name"], row["entry_type"], row["program"], row["remarks"])
        for row in rows.values()
    }
    assert told == {
        "36": ("AERO-NOWHERE AIRLINES", "entity", "CUBA", None),
        "2674": (
            "NEMO, Captain",
            "individual",
            "SDGT] [IFSR",
            'DOB 01 Jan 1870; POB Nowhere; a.k.a. "DAKKAR".',
        ),
        "15036": (
            "NAUTILUS",
            "vessel",
            "IRAN",
            "Vessel Registration Identification IMO 0000000 (vessel).",
        ),
    }


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8", "utf-8-sig", "utf-16"])
def test_a_name_on_the_list_of_ofac_is_read_whatever_its_encoding(network, encoding):
    """A name read wrongly is a party nobody finds."""
    line = '36,"MUÑOZ, José",individual,"SDGT"' + ",-0- " * 8 + "\r\n"
    assert network.one("sdn.csv", line.encode(encoding)).status == "accepted"
    assert network.table("watchlist")["listed_name"].to_list() == ["MUÑOZ, José"]
