"""Finding a receipt, and reading all of it."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from dashboards.questions import receipts
from dashboards.questions.receipts import Search
from dashboards.warehouse import Run
from tests.browser.published_home import PublishedHome

Open = Callable[..., Any]


@pytest.fixture
def golden(home: PublishedHome) -> str:
    """The sale of 75.00, paid with 100.00, 25.00 given back."""
    return f"US04-{home.last_day:%y%m%d}-75"


def found(run: Run, home: PublishedHome, text: str, **more: Any) -> list[dict[str, Any]]:
    return receipts.find(run, Search.of_window(home.last_day, "all", text=text, **more), 50)


@pytest.mark.parametrize(
    ("text", "in_what"),
    [
        ("10475", "receipt number"),
        ("#10475", "receipt number"),
        ("SN-GOLDEN-75", "serial number"),
        ("golden", "serial number"),
        ("75.00", "receipt total"),
        ("$ 100", "amount paid"),
        ("69.44", "amount of a line"),
    ],
)
def test_a_receipt_is_found_by_what_is_written_on_it(
    run: Run, home: PublishedHome, golden: str, text: str, in_what: str
) -> None:
    rows = {row["transaction_id"]: row for row in found(run, home, text)}
    assert in_what in rows[golden]["matched"]
    assert rows[golden]["lines_total"] == Decimal("75.00") == rows[golden]["tenders_total"]


def test_the_last_four_of_a_card_find_its_payments(run: Run, home: PublishedHome) -> None:
    rows = found(run, home, "····4401", stores=["US01"])
    assert rows
    assert {row["matched"] for row in rows} == {"last four"}
    assert {row["store_id"] for row in rows} == {"US01"}


def test_a_short_text_is_not_a_part_of_a_serial_number(run: Run, home: PublishedHome) -> None:
    assert found(run, home, "GOLD") == []
    assert found(run, home, "%") == []
    assert len(found(run, home, "SN-GO")) == 1
    assert found(run, home, "SN_GO") == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,234.50", "1234.50"),
        ("USD 75", "75"),
        ("−20.00", "-20.00"),
        ("75.005", None),
        ("x", None),
    ],
)
def test_an_amount_is_read_as_people_write_it(text: str, value: str | None) -> None:
    assert receipts.amount(text) == (None if value is None else Decimal(value))


def test_the_payments_of_one_tender_are_the_receipts_behind_it(
    run: Run, home: PublishedHome
) -> None:
    search = Search.of_window(
        home.last_day, "day", stores=["US04"], tender_type="cash", register_id="R1"
    )
    rows = receipts.find(run, search, 50)
    paid = run.ask(
        "select sum(tender_amount - change_amount) as paid, count(*) as n from core.fct_tenders"
        " where store_id = 'US04' and tender_type = 'cash' and business_date = ?",
        [home.last_day],
    )[0]
    [total] = receipts.totals(run, search).by_currency
    assert len(rows) == paid["n"] > 0
    assert sum(row["tender_total"] for row in rows) == total["tender_total"] == paid["paid"]


def test_a_full_receipt_has_every_row_with_file_and_line(run: Run, golden: str) -> None:
    one = receipts.receipt(run, golden)
    assert one is not None
    assert (one.lines_total, one.tenders_total, one.difference) == (75, 75, 0)
    assert [row["what"] for row in one.serials] == ["receipt", "sold"]
    assert [row["document_id"] for row in one.movements] == ["SA-75"]
    assert [row["event_type"] for row in one.events] == ["tender_changed"]
    assert "sales_lines_US04" in one.lines[0]["file_name"]
    assert "tenders_US04" in one.tenders[0]["file_name"]


def test_an_unknown_receipt_is_none_and_the_page_says_so(run: Run, open_page: Open) -> None:
    assert receipts.receipt(run, "nothing") is None
    page = open_page("receipts", receipt="<b>x</b>")
    assert "knows no receipt “&lt;b&gt;x&lt;/b&gt;”" in page.html


def test_the_page_of_a_receipt_says_first_whether_it_balances(open_page: Open, golden: str) -> None:
    page = open_page("receipts", receipt=golden)
    assert page.title == "Receipt 10475 of Design District"
    assert "<b>It balances:</b> lines with tax come to USD 75.00" in page.html
    for heading in ("Lines", "Payments", "Stock movements", "At the till"):
        assert heading in [head.value for head in page.test.header]
    assert "tenders_US04" in page.html


def test_the_list_links_every_receipt_and_its_total_is_of_all(
    open_page: Open, run: Run, home: PublishedHome
) -> None:
    page = open_page("receipts", stores="US04")
    search = Search.of_window(home.last_day, "day", stores=["US04"])
    [total] = receipts.totals(run, search).by_currency
    assert f"{total['lines_total']:,.2f} with tax" in page.html
    assert page.html.count("receipt=US04") == receipts.totals(run, search).receipts
    assert "No receipt" in open_page("receipts", q="no such thing").html
