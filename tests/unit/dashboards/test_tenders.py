"""What receipts, tills, cards and bank say of the same money."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from dashboards.questions import exceptions, tenders
from dashboards.warehouse import Run
from tests.browser.published_home import PublishedHome, build

Open = Callable[..., Any]


def test_the_total_of_the_table_is_the_total_of_the_receipts(run: Run, home: PublishedHome) -> None:
    found = tenders.three_way(run, home.last_day)
    assert found is not None
    assert found.receipts_total == {"USD": found.total("computed_amount")}
    assert [(r["store_id"], r["declared_difference"]) for r in found.off] == [("US01", -20)]
    assert [(r["store_id"], r["over_short"]) for r in found.short] == [("US01", -20)]
    assert [(r["store_id"], r["float_difference"]) for r in found.floats] == [("US03", -20)]


def test_a_sale_of_75_paid_with_100_adds_75_to_the_drawer(run: Run, home: PublishedHome) -> None:
    found = tenders.three_way(run, home.last_day, ["US04"])
    assert found is not None
    [cash] = [row for row in found.closings if row["tender_type"] == "cash"]
    others = run.ask(
        "select sum(tender_amount - change_amount) as paid from core.fct_tenders where store_id ="
        " 'US04' and tender_type = 'cash' and business_date = ? and transaction_id not like '%-75'",
        [home.last_day],
    )[0]["paid"] or Decimal(0)
    assert cash["expected_cash"] == cash["opening_float"] + others + 75


def closing(register: str, declared: str, **told: Any) -> dict[str, Any]:
    """A till's closing of card payments, with what it declares beyond its receipts."""
    sides = dict.fromkeys((*tenders.SIDES, *tenders.DIFFERENCES))
    names = {"store_id": "S", "store_name": "S", "tender_type": "card", "currency": "USD"}
    return (
        sides | names | {"register_id": register, "declared_difference": Decimal(declared)} | told
    )


def test_two_tills_that_differ_are_not_hidden_by_their_sum() -> None:
    [row] = tenders._by_tender([closing("1", "20"), closing("2", "-20")], [])
    assert (row["declared_difference"], row["off"]) == (0, {"declared_difference"})


def test_rounding_is_no_difference() -> None:
    """Each payment to the cent, and cash to its coin."""
    [row] = tenders._by_tender([closing("1", "0.03", payments=3)], [])
    assert not row["off"]
    [row] = tenders._by_tender([closing("1", "0.02", payments=1)], [])
    assert row["off"]
    rounded = closing("1", "-0.06", payments=3, rounding_amount=Decimal("0.06"))
    [row] = tenders._by_tender([rounded], [])
    assert not row["off"]


def test_payments_in_two_currencies_are_all_counted() -> None:
    paid = {"store_id": "S", "store_name": "S", "tender_type": "cash", "payments": 2}
    each = [paid | {"currency": name, "paid": Decimal(30)} for name in ("EUR", "USD")]
    [row] = tenders._by_tender([], each)
    assert (row["payments"], row["computed_amount"]) == (4, 60)


def test_money_without_a_closing_is_still_in_the_table() -> None:
    paid = {"store_id": "S", "store_name": "S", "tender_type": "cash", "currency": "USD"}
    [row] = tenders._by_tender([], [paid | {"paid": Decimal(75), "payments": 1}])
    assert row["computed_amount"] == 75
    assert row["declared_amount"] is None is row["declared_difference"]


def test_the_four_lists_say_zero_as_zero(run: Run, home: PublishedHome, open_page: Open) -> None:
    found = tenders.odd_lists(run, home.last_day, "day")
    assert found is not None
    lists = {one.kind: [row["transaction_id"] for row in one.rows] for one in found}
    assert len(lists["receipt_without_payment"]) == 1
    assert lists["payment_without_receipt"] == ["GHOST-40"]
    assert lists["negative_tender"] == lists["refund_without_original"] == []
    html = open_page("tenders").html
    assert re.search(r"Negative payments</div><div class=\"value\">0<", html)
    assert "receipt=GHOST-40" in html


def test_the_page_names_the_drawer_that_is_short(open_page: Open, home: PublishedHome) -> None:
    page = open_page("tenders")
    assert "Negative payments" in page.html
    assert "Madison Avenue (cash)" in page.html
    assert "Cash over or short: Madison Avenue register R1 −20.00." in page.html
    assert "Another float than was left: Oak Street register R1." in page.html
    assert "the total above" in page.html
    day = home.last_day - timedelta(days=5)
    assert "Everything agrees" in open_page("tenders", date=day.isoformat()).html


def test_what_is_not_settled_yet_is_not_said_to_agree(tmp_path: Path, open_page: Open) -> None:
    fresh = build(tmp_path)
    day = fresh.last_day - timedelta(days=5)
    with duckdb.connect(str(tmp_path / "published" / fresh.newest_run / "loupe.duckdb")) as db:
        db.execute(
            "insert into finance.card_reconciliation by name select * replace"
            f" ('late|1' as reconciliation_id, date '{day}' as business_date, 'waiting' as status)"
            " from finance.card_reconciliation where status = 'unmatched_tender'"
        )
    html = open_page("tenders", at=tmp_path, date=day.isoformat()).html
    assert "Everything agrees" not in html
    assert "Nothing differs so far" in html
    assert "1 card payment or bag still waits" in html


def test_open_cards_and_bags_are_listed_with_their_age(run: Run, home: PublishedHome) -> None:
    cards = tenders.cards(run, home.last_day)
    assert cards is not None
    assert cards[0]["status"] == "unmatched_tender"
    assert cards[0]["unmatched_age_business_days"] == 6
    bags = tenders.deposits(run, home.last_day)
    assert bags is not None
    assert [(row["deposit_id"], row["credit_difference"]) for row in bags] == [("BAG-US03", -100)]


def test_an_older_run_says_in_words_what_it_does_not_publish(
    tmp_path: Path, open_page: Open
) -> None:
    old = build(tmp_path)
    with duckdb.connect(str(tmp_path / "published" / old.newest_run / "loupe.duckdb")) as db:
        for table in (tenders.BALANCES, tenders.CARDS, tenders.DEPOSITS, tenders.ODDITIES):
            db.execute(f"drop table {table}")
        for table in (exceptions.EXCEPTIONS, exceptions.EVENTS, "finance.check_findings"):
            db.execute(f"drop table {table}")
        for table in ("quality.correctable_columns", "quality.corrections", "core.fct_till_events"):
            db.execute(f"drop table {table}")
    html = open_page("tenders", at=tmp_path).html
    for what in ("the balance of tenders", "card settlements", "deposits", "these lists"):
        assert f"does not publish {what} yet" in html
    assert "does not publish exceptions yet" in open_page("exceptions", at=tmp_path).html
    day = open_page("close_day", at=tmp_path, store="US02").html
    assert "does not publish the rows behind its checks yet" in day
    receipt = open_page("receipts", at=tmp_path, receipt=f"US04-{old.last_day:%y%m%d}-75").html
    assert "does not publish yet what a correction may change" in receipt
    assert open_page("restatements", at=tmp_path).title == "Restatements"
