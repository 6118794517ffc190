"""The retail operations manager on a Monday, in a real browser: journeys OPS-1, OPS-2 and OPS-7."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import openpyxl
import pytest

from dashboards.questions import pack
from tests.browser import published_stock as stock
from tests.browser.published_home import PublishedHome
from tests.browser.walker import Walker

pytestmark = pytest.mark.browser
PAGES = ("/monday", "/monday?open=US02", "/piece", "/shrinkage", "/shrinkage?span=year")


def test_boutiques_are_ranked_with_the_reason_in_words(walker: Walker) -> None:
    page = walker.go("/monday")
    answer = page.locator('[data-lp="answer"]')
    assert "first Rodeo Drive: 2 pieces missing, USD 25,200 at cost" in answer.inner_text()
    ranked = page.locator("table").first
    box = ranked.bounding_box()
    assert box and box["y"] + box["height"] < 900, "the ranking stands on the first screen"
    first = ranked.locator("tbody tr").first.inner_text()
    assert "Rodeo Drive" in first and "count overdue 6 days" in first


def test_a_boutique_opens_its_counts_and_a_figure_its_explanation(walker: Walker) -> None:
    page = walker.go("/monday")
    page.locator("table").first.get_by_role("link", name="Rodeo Drive").click()
    page.wait_for_url("**open=US02**")
    walker.stand()
    counts = page.locator("table", has_text="Lines counted").first
    assert counts.locator("tbody tr").count() == 13
    assert "95.0 %" in counts.locator("tbody tr").first.inner_text()
    assert page.locator("canvas, svg.marks").count() >= 1
    page.get_by_role("link", name="2 pieces missing").click()
    page.wait_for_url("**/explain?**")
    walker.stand()
    assert "SN-LOST-0001" in page.locator(".stMain").inner_text()


def test_goods_in_transit_add_up_to_their_page(walker: Walker) -> None:
    page = walker.go("/monday")
    tile = page.locator(".tile", has_text="In transit at cost")
    worth = tile.locator(".value").inner_text()
    tile.get_by_role("link").first.click()
    page.wait_for_url("**/away**")
    walker.stand()
    assert worth in walker.text('[data-lp="answer"]')


def test_the_pack_of_a_week_has_the_totals_of_the_page(
    walker: Walker, published: PublishedHome, tmp_path: Path
) -> None:
    page = walker.go("/monday")
    total = page.locator("table", has_text="Absolute difference").locator("tfoot").inner_text()
    first = pack.monday_of(published.last_day)
    stamp = f"{first:%Y%m%d}-{first + timedelta(days=6):%Y%m%d}"
    for label, ending in (("HQ pack to Excel", "xlsx"), ("HQ pack as PDF", "pdf")):
        with page.expect_download() as coming:
            page.get_by_role("button", name=label).click()
        name = coming.value.suggested_filename
        assert name == f"loupe_hq_pack_{stamp}_{published.newest_run}.{ending}"
        coming.value.save_as(tmp_path / name)
        if ending == "pdf":
            assert (tmp_path / name).read_bytes().startswith(b"%PDF")
            continue
        sheet = openpyxl.load_workbook(tmp_path / name)["Summary"]
        heads = [cell.value for cell in sheet[1]]
        last = dict(zip(heads, [cell.value for cell in sheet[sheet.max_row]], strict=True))
        for column in ("Net difference at cost", "Known loss at cost", "Unknown at cost"):
            assert f"{last[column]:,.2f}".replace("-", "−") in total
        assert f"{last['Counts done in time']} of {last['Counts planned']}" in total


def test_a_piece_is_found_and_its_passport_leads_to_the_receipt(walker: Walker) -> None:
    page = walker.go("/piece")
    box = page.get_by_role("textbox", name="Look for")
    box.fill("golden")
    box.press("Enter")
    page.get_by_role("link", name=stock.SOLD).click()
    page.wait_for_url("**serial=**")
    walker.stand()
    assert "It was sold at Design District" in walker.text('[data-lp="answer"]')
    page.locator("table").first.get_by_role("link", name=re.compile("^US04-")).click()
    page.wait_for_url("**/receipts?**")
    walker.stand()
    assert "It balances" in walker.text('[data-lp="answer"]')


def test_a_history_that_cannot_be_is_said(walker: Walker) -> None:
    page = walker.go(f"/piece?serial={stock.TWICE}")
    assert "sold twice" in page.locator('[data-lp="conflicts"]').inner_text()


def test_the_waterfall_ends_in_what_nobody_can_explain(walker: Walker) -> None:
    page = walker.go("/shrinkage")
    assert "of it 16,200 unknown" in walker.text('[data-lp="answer"]')
    steps = page.locator("table", has_text="At list price").first.locator("tbody tr")
    amounts = [
        float(re.sub("[−,]", lambda m: "-" if m[0] == "−" else "", cell))
        for cell in steps.locator("td:nth-child(4)").all_inner_texts()
    ]
    assert sum(amounts[:-1]) == amounts[-1] == 16200
    walker.go("/shrinkage?basis=retail")
    assert "lost at list price" in walker.text('[data-lp="answer"]')


def test_a_telephone_shows_the_stock_pages_and_one_menu(walker: Walker) -> None:
    page = walker.fresh(390, 844)
    for path in (*PAGES, f"/piece?serial={stock.TWICE}"):
        walker.go(path)
        assert walker.overflow() <= 0, f"{path} has to be pushed sideways"
        assert walker.text('[data-lp="answer"]')
    assert page.get_by_role("link", name="Tenders").count() == 0
    page.locator("nav.menu summary").click()
    page.get_by_role("link", name="Tenders").click()
    page.wait_for_url("**/tenders**")
