"""What a reader sees and does, in a real browser."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import openpyxl
import pytest

from dashboards import words
from tests.browser.published_home import PublishedHome, run_name, write_last_run
from tests.browser.walker import Walker

pytestmark = pytest.mark.browser
PAGES = ("/", "/sales_trend", "/files", "/dictionary")


def test_today_answers_on_one_screen(walker: Walker, published: PublishedHome) -> None:
    page = walker.go("/")
    strip = walker.text('[data-lp="strip"]')
    assert "3 of 5 store-days accepted" in strip
    assert "Late: Ala Moana" in strip
    assert published.newest_run in strip
    assert "EST" in strip or "EDT" in strip
    assert f"{words.day(published.last_day)} is not complete" in walker.text('[data-lp="answer"]')
    matrix = page.locator("table.matrix")
    box = matrix.bounding_box()
    assert box and box["y"] + box["height"] < 900, "the matrix stands on the first screen"
    assert "closed" in matrix.locator("tr", has_text="Aspen").inner_text()
    assert matrix.locator("tr", has_text="Ala Moana").get_by_text("missing").count() == 3
    assert "Receipt numbers are missing (R1 10412-10414)" in page.locator("ol.blocks").inner_text()


def test_a_closed_store_is_not_red(walker: Walker) -> None:
    page = walker.go("/")
    closed = page.locator("table.matrix tr", has_text="Aspen").locator(".badge")
    assert {closed.nth(n).get_attribute("class") for n in range(closed.count())} == {"badge gray"}


def test_a_figure_opens_its_rows_file_and_line(walker: Walker, published: PublishedHome) -> None:
    page = walker.go("/")
    row = page.locator("table", has_text="Units sold").locator("tr", has_text="Oak Street")
    shown = row.locator("a").first.inner_text()
    row.locator("a").first.click()
    page.wait_for_url("**/explain?**")
    walker.stand()
    assert f"USD {shown}" in walker.text('[data-lp="figure"]')
    facts = page.locator("table", has_text="Transaction id").first
    first = facts.locator("tbody tr").first
    assert (
        first.locator("th").inner_text() == f"US03/sales_lines_US03_{published.last_day:%Y%m%d}.csv"
    )
    assert first.locator("td").first.inner_text() == "2"
    assert "adds up to" in page.locator(".stMain").inner_text()
    assert page.get_by_text("F4 No receipt number is missing").count() == 1


def test_the_address_reproduces_the_page(walker: Walker, published: PublishedHome) -> None:
    page = walker.go("/")
    page.locator(".st-key-filter_stores input").click()
    page.get_by_role("option", name="Oak Street").click()
    page.wait_for_url("**stores=US03**")
    page.keyboard.press("Escape")
    walker.stand()
    page.get_by_role("link", name="Sales trend").click()
    page.wait_for_url("**/sales_trend?**stores=US03**")
    walker.stand()
    walker.page.locator('[data-lp="answer"]', has_text="Oak Street").wait_for()
    here, said = page.url, walker.text('[data-lp="answer"]')
    walker.fresh()
    walker.go(here.removeprefix(walker._address))
    assert walker.text('[data-lp="answer"]') == said


def test_the_download_holds_what_the_page_shows(walker: Walker, tmp_path: Path) -> None:
    page = walker.go("/?stores=US01,US03")
    table = page.locator("table", has_text="Units sold")
    rows = table.locator("tbody tr").count()
    total = table.locator("tfoot td.r").first.inner_text()
    book = openpyxl.load_workbook(walker.download(tmp_path), data_only=True)
    sheet = book["By store"]
    names = [cell.value for cell in sheet[1]]
    assert sheet.max_row == rows + 2
    last = sheet[sheet.max_row][names.index("Net sales")].value
    assert f"{round(last):,}" == total
    summed = sum(
        sheet.cell(line, names.index("Net sales") + 1).value for line in range(2, rows + 2)
    )
    assert last == pytest.approx(summed)
    told = {row[0].value: row[1].value for row in book["Read me"].iter_rows()}
    assert told["Stores"] == "Madison Avenue and Oak Street"
    assert told["Rows of “By store”"] == str(rows)
    assert float(told["Total of Net sales"]) == pytest.approx(last)
    assert told["Run"].startswith("run_")


def test_as_known_then_is_said_and_undone(walker: Walker, published: PublishedHome) -> None:
    day = published.restated_day.isoformat()
    page = walker.go(f"/?date={day}&stores=US03")
    now = page.locator(".tile .value").first.inner_text()
    walker.go(f"/?date={day}&stores=US03&run={published.earlier_run}")
    banner = page.get_by_role("alert", name="").filter(has_text="As known then")
    assert published.earlier_run in banner.inner_text()
    assert page.locator(".tile .value").first.inner_text() != now
    page.get_by_role("link", name="Files", exact=True).click()
    page.wait_for_url("**/files?**run=**")
    walker.stand()
    assert page.get_by_text("As known then").count() == 1
    page.get_by_role("link", name="Back to the newest figures").click()
    page.wait_for_url(lambda url: "run=" not in url)
    walker.stand()
    assert page.get_by_text("As known then").count() == 0


def test_a_blocked_run_is_said_on_every_page(walker: Walker, published: PublishedHome) -> None:
    now = datetime.now(UTC).replace(tzinfo=None)
    check = {"subject": "finance.store_days", "rule": "net sales agree", "observed": "12.00"}
    write_last_run(published.home, run_name(now), "blocked", now, "Nothing was published.", [check])
    try:
        for path in PAGES:
            page = walker.go(path)
            alert = (
                page.get_by_role("alert").filter(has_text="The last run was blocked").inner_text()
            )
            assert "these are the previous figures" in alert
            assert "net sales agree; observed 12.00" in alert
    finally:
        write_last_run(published.home, published.newest_run, "published", now - timedelta(hours=3))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_telephone_shows_every_page(walker: Walker, scheme: str) -> None:
    walker.fresh(390, 844, scheme)  # type: ignore[arg-type]
    explain = "/explain?table=finance.store_days&measure=net_sales&key_store_id=US01"
    for path in (*PAGES, "/files?show=restated", explain):
        walker.go(path)
        assert walker.overflow() <= 0, f"{path} has to be pushed sideways"
        assert walker.text('[data-lp="strip"]')


def test_twice_the_size_needs_no_pushing(walker: Walker) -> None:
    walker.fresh(720, 450)
    for path in PAGES:
        walker.go(path)
        assert walker.overflow() <= 0, path


def test_today_answers_where_people_type_it(walker: Walker) -> None:
    page = walker.go("/today")
    assert page.get_by_role("heading", name="Today").count() == 1
    assert page.get_by_role("dialog").count() == 0


def test_restatements_lie_side_by_side(walker: Walker, published: PublishedHome) -> None:
    page = walker.go("/files?show=restated")
    card = page.locator(".card").first.inner_text()
    name = f"sales_lines_US03_{published.restated_day:%Y%m%d}"
    assert f"{name}.csv" in card
    assert f"{name}_2.csv" in card
    assert "Net sales" in card
