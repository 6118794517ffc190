"""Finance at nine in the morning, in a real browser: journeys FIN-1 to FIN-13 over known faults."""

from __future__ import annotations

import re
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page

from dashboards import words
from tests.browser.published_home import PublishedHome
from tests.browser.walker import Walker

pytestmark = pytest.mark.browser
PAGES = ("/close_day", "/tenders", "/receipts", "/exceptions", "/restatements")


def give_name(page: Page, name: str) -> None:
    box = page.get_by_role("textbox", name="Your name")
    box.fill(name)
    box.press("Enter")


def press(walker: Walker, label: str) -> None:
    walker.page.get_by_role("button", name=label, exact=False).first.click()
    walker.page.get_by_role("alert").filter(has_text=re.compile("Kept|quicker")).first.wait_for()
    walker.stand()


def test_the_matrix_answers_before_any_click(walker: Walker, published: PublishedHome) -> None:
    page = walker.go("/close_day")
    answer = walker.text('[data-lp="answer"]')
    assert f"0 of 5 open stores are signed off for {words.day(published.last_day)}" in answer
    assert "Ala Moana and Rodeo Drive cannot be yet" in answer
    matrix = page.locator("table.matrix")
    box = matrix.bounding_box()
    assert box and box["y"] + box["height"] < 900, "the matrix stands on the first screen"
    assert "✕" in matrix.locator("tr", has_text="Rodeo Drive").inner_text()
    walker.go("/close_day?matrix=files")
    closed = page.locator("table.matrix tr", has_text="Aspen").locator(".badge")
    assert {closed.nth(n).get_attribute("class") for n in range(closed.count())} == {"badge gray"}
    missing = page.locator("table.matrix tr", has_text="Ala Moana").get_by_text("missing")
    assert missing.count() == 3


def test_the_same_content_again_is_ignored(walker: Walker) -> None:
    page = walker.go("/files?show=duplicates")
    assert "Same content as sales_lines_US01" in page.locator("table").first.inner_text()


def test_a_gap_of_numbers_is_told_and_gets_its_reason(walker: Walker) -> None:
    page = walker.go("/close_day?store=US02")
    fold = page.get_by_text("Rodeo Drive, register R1: 10412 to 10414 missing")
    fold.click()
    told = page.locator("dl", has_text="First missing").inner_text()
    assert re.search(r"First missing\s+10412\s+Last missing\s+10414", told)
    assert re.search(r"Receipt before\s+104\d\d, ", told)
    give_name(page, "Ada Archer")
    page.get_by_text("Training: the till was in training mode").click()
    press(walker, "Keep this reason")
    walker.fresh()
    page = walker.go("/close_day?store=US02")
    assert page.get_by_text("★ training").count() == 1
    page.get_by_text("10412 to 10414 missing").click()
    assert "Ada Archer" in page.locator("table.stack", has_text="training").inner_text()


def test_a_difference_opens_its_receipts_and_sums_agree(
    walker: Walker, published: PublishedHome
) -> None:
    page = walker.go("/tenders")
    table = page.locator("table", has_text="Declared − receipts")
    total = table.locator("tfoot td.r").first.inner_text()
    assert page.get_by_text("the total above").count() == 1
    row = table.locator("tr", has_text="Madison Avenue").filter(has_text="cash")
    receipts_side = row.locator("td.r").first.inner_text()
    row.get_by_text("less").click()
    page.wait_for_url("**/receipts?**tender=cash**")
    walker.stand()
    paid = page.locator("table tfoot td.r")
    assert receipts_side in [paid.nth(n).inner_text() for n in range(paid.count())]
    walker.go(f"/receipts?date={published.last_day}")
    paid = page.locator("table tfoot td.r")
    assert total in [paid.nth(n).inner_text() for n in range(paid.count())]


def test_a_sale_of_75_adds_75_to_the_drawer_and_is_one_click_away(
    walker: Walker, published: PublishedHome
) -> None:
    page = walker.go("/tenders?stores=US04")
    drawer = page.locator("table", has_text="= expected").locator("tbody tr").first
    cells = [drawer.locator("td").nth(n).inner_text().replace(",", "") for n in range(7)]
    began, tendered, change, _banked, expected = map(float, cells[2:7])
    assert expected == pytest.approx(began + tendered - change)
    golden = f"US04-{published.last_day:%y%m%d}-75"
    walker.go(f"/explain?table=core.fct_tenders&key_transaction_id={golden}")
    page.get_by_role("link", name=golden).first.click()
    page.wait_for_url("**/receipts?**")
    walker.stand()
    assert "It balances: lines with tax come to USD 75.00" in walker.text('[data-lp="answer"]')
    payment = page.locator("table", has_text="Tendered").locator("tbody tr").inner_text()
    assert "100.00" in payment and "25.00" in payment and "tenders_US04" in payment


def test_a_float_that_differs_and_four_lists_are_said(walker: Walker) -> None:
    page = walker.go("/tenders")
    assert "Another float than was left: Oak Street register R1" in walker.text(
        '[data-lp="answer"]'
    )
    tiles = page.locator(".tile")
    counts = [re.sub(r"\s+", " ", tiles.nth(n).inner_text()) for n in range(tiles.count())]
    assert counts == [
        "Receipts without any payment 1",
        "Payments without a receipt 1",
        "Negative payments 0",
        "Refunds without the original sale 0",
    ]


def test_a_blocked_day_is_signed_off_with_a_reason_and_the_second_is_told(
    walker: Walker, published: PublishedHome
) -> None:
    second = walker.page
    walker.go("/close_day?store=US02")
    give_name(second, "Bea Brook")
    first = walker.fresh()
    walker.go("/close_day?store=US02")
    button = first.get_by_role("button", name="Sign off Rodeo Drive")
    assert button.is_disabled()
    assert "Receipt numbers are missing" in first.locator('[data-lp="blockers"]').inner_text()
    give_name(first, "Ada Archer")
    for page in (first, second):
        walker.page = page
        page.get_by_text("Sign off in spite of that").click()
        reason = page.get_by_role("textbox", name="Reason", exact=True)
        reason.fill("The till was replaced; its roll was seen.")
        reason.press("Tab")
        walker.stand()
    walker.page = first
    press(walker, "Sign off Rodeo Drive")
    assert first.get_by_text("Ada Archer signed off on").count() >= 1
    walker.page = second
    press(walker, "Sign off Rodeo Drive")
    told = second.get_by_role("alert").filter(has_text="Somebody was quicker").inner_text()
    assert "Ada Archer signed off on" in told
    walker.fresh()
    page = walker.go("/close_day?store=US02")
    signed = page.locator("dl", has_text="Signed off by").inner_text()
    assert "Ada Archer" in signed and published.newest_run in signed and "F4" in signed


def test_a_reopened_day_stands_on_the_strip(walker: Walker, published: PublishedHome) -> None:
    page = walker.go("/")
    page.get_by_role("link", name="1 store-day reopened").click()
    page.wait_for_url("**/close_day**reopened")
    walker.stand()
    row = page.locator("table", has_text="What changed").locator("tbody tr").inner_text()
    assert "Oak Street" in row and words.day(published.restated_day) in row
    assert "delivered again" in row


def test_what_moved_between_two_moments_lies_side_by_side(
    walker: Walker, published: PublishedHome
) -> None:
    page = walker.go(f"/restatements?from={published.earlier_run}")
    assert "1 store-day moved" in walker.text('[data-lp="answer"]')
    card = page.locator(".card").inner_text()
    for said in ("Oak Street", "Before", "Now", "Known from", "delivered again", "taken out"):
        assert said in card
    page.get_by_role("link", name="104").first.click()
    page.wait_for_url("**/receipts?**receipt=US03**")


def test_a_locked_month_opens_exactly_as_it_was(
    walker: Walker, published: PublishedHome, tmp_path: Path
) -> None:
    day = published.last_day - timedelta(days=1)
    page = walker.go(f"/close_day?run={published.earlier_run}&date={day}")
    page.get_by_text("Decisions are taken on the newest figures").first.wait_for()
    page = walker.go("/close_day")
    give_name(page, "Ada Archer")
    press(walker, "Lock ")
    opened = page.get_by_role("link", name="open it as it was locked").get_attribute("href")
    assert opened and f"run={published.newest_run}" in opened
    sheets = []
    for place in ("first", "second"):
        walker.fresh()
        walker.go(opened.removeprefix("."))
        folder = tmp_path / place
        folder.mkdir()
        with zipfile.ZipFile(walker.download(folder)) as book:
            names = [n for n in book.namelist() if re.search(r"sheet([2-9]|\d\d)\.xml$", n)]
            sheets.append({name: book.read(name) for name in names})
    assert len(sheets[0]) > 1
    assert sheets[0] == sheets[1]


def test_an_exception_is_reviewed_with_its_receipts_at_hand(walker: Walker) -> None:
    page = walker.go("/exceptions")
    assert "1 act to review" in walker.text('[data-lp="answer"]')
    rates = page.locator("table", has_text="Network").first.inner_text()
    assert "9 of 60" in rates and "2.0 % (120 of 6,000)" in rates
    page.get_by_role("link", name="X2 Receipts cancelled").click()
    page.wait_for_url("**exception=**")
    walker.stand()
    assert page.locator("a[href*='receipt=US01']").count() == 1
    give_name(page, "Ada Archer")
    page.get_by_role("textbox", name="Reason", exact=True).fill("The client came back at once.")
    press(walker, "Keep this review")
    assert "0 acts to review" in walker.text('[data-lp="answer"]')
    walker.go("/close_day")
    assert page.get_by_role("textbox", name="Your name").input_value() == "Ada Archer"


def test_a_telephone_shows_the_money_pages(walker: Walker, published: PublishedHome) -> None:
    walker.fresh(390, 844)
    golden = f"/receipts?receipt=US04-{published.last_day:%y%m%d}-75"
    for path in (*PAGES, golden):
        walker.go(path)
        assert walker.overflow() <= 0, f"{path} has to be pushed sideways"
        assert walker.text('[data-lp="answer"]')
