"""The weekly review of counts in a real browser: OPS-3, OPS-4, OPS-6, OPS-8, BOC-2 and BOC-13."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page

from tests.browser.published_home import PublishedHome
from tests.browser.walker import Walker

pytestmark = pytest.mark.browser


def give_name(page: Page, name: str) -> None:
    box = page.get_by_role("textbox", name="Your name")
    box.fill(name)
    box.press("Enter")


def press(walker: Walker, label: str) -> None:
    walker.page.get_by_role("button", name=label, exact=True).first.click()
    walker.page.get_by_role("alert").filter(
        has_text=re.compile("Kept|kept|quicker")
    ).first.wait_for()
    walker.stand()


def swapped(published: PublishedHome, side: str) -> str:
    count = f"US01-C{published.last_day:%y%m%d}"
    return f"/counts?discrepancy={count}%7CSKU013%7CSN-SWAP-{side}"


def test_the_review_settles_both_sides_and_the_second_is_told(
    walker: Walker, published: PublishedHome
) -> None:
    page = walker.go("/counts")
    assert re.search(r"\d discrepancies to review of 5", walker.text('[data-lp="answer"]'))
    tiles = re.sub(r"\s+", " ", page.locator(".tiles").inner_text())
    assert "Net difference" in tiles and "Absolute difference" in tiles
    second = page
    walker.go(swapped(published, "B"))
    give_name(second, "Bea Brook")
    first = walker.fresh()
    walker.go("/counts")
    first.get_by_role("link", name=re.compile("SN-SWAP-A")).first.click()
    first.wait_for_url("**discrepancy=**")
    walker.stand()
    evidence = first.locator("table", has_text="Evidence").inner_text()
    assert "SN-SWAP-B stands on the receipt" in evidence and "sales_lines_US01" in evidence
    assert "likely" in first.locator("dl").first.inner_text()
    give_name(first, "Ada Archer")
    press(walker, "Accept both sides")
    history = first.locator("table.stack", has_text="accepted the cause serial swap")
    assert "Ada Archer" in history.first.inner_text()
    walker.page = second
    press(walker, "Accept both sides")
    told = second.get_by_role("alert").filter(has_text="Somebody was quicker").inner_text()
    assert "Ada Archer judged a discrepancy" in told
    page = walker.fresh()
    walker.go(swapped(published, "B"))
    assert "Ada Archer" in page.locator("table.stack", has_text="serial swap").first.inner_text()


def test_an_action_is_on_its_owners_list(walker: Walker, published: PublishedHome) -> None:
    count = f"US02-C{published.last_day:%y%m%d}"
    page = walker.go(f"/counts?discrepancy={count}%7CSKU011%7CSN-LOST-0001")
    give_name(page, "Ada Archer")
    page.get_by_text("Ask for an action").first.click()
    page.get_by_role("textbox", name="What has to be done").fill("Search the vault.")
    page.get_by_role("textbox", name="Owner").fill("Cleo Cole")
    press(walker, "Keep this action")
    page = walker.fresh()
    walker.go("/counts")
    row = page.locator("table", has_text="Search the vault.").locator("tr", has_text="Cleo Cole")
    assert "open" in row.inner_text()


def test_a_stock_take_is_approved_with_a_reason_only(
    walker: Walker, published: PublishedHome
) -> None:
    day = published.last_day - timedelta(days=20)
    page = walker.go(f"/stock_take?store=US03&date={day}")
    give_name(page, "Ada Archer")
    press(walker, "Plan it")
    press(walker, "Freeze the book")
    for counter, step in (("Bea Brook", "Begin to count"), ("Cleo Cole", "Begin a recount")):
        page.get_by_role("textbox", name="Who counts").fill(counter)
        press(walker, step)
    press(walker, "Approve it")
    assert page.get_by_text("Approving with 1 lines not explained").count() >= 1
    page.get_by_role("textbox", name="Reason", exact=True).fill("Reported to the insurer.")
    press(walker, "Approve it")
    assert "approved" in page.locator("dl").first.inner_text()


def test_a_count_sheet_is_blind_and_prints_on_one_page(walker: Walker) -> None:
    page = walker.go("/count_sheet?store=US02")
    assert "40 lines to look for" in walker.text('[data-lp="answer"]')
    sheet = page.locator(".sheet").inner_text()
    assert "never counted; planned for this count" in sheet and "Book" not in sheet
    printed = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1


def test_a_telephone_shows_the_pages_of_counts(walker: Walker, published: PublishedHome) -> None:
    walker.fresh(390, 844)
    for path in ("/counts", swapped(published, "A"), "/stock_take", "/count_sheet?store=US02"):
        walker.go(path)
        assert walker.overflow() <= 0, f"{path} has to be pushed sideways"
        assert walker.text('[data-lp="answer"]')
