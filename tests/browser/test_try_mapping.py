"""A reader tries a mapping on one file: the answer first, then why, then column by column."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page

from pipelines.ingest.batch import take_in
from pipelines.settings import Home, Settings
from tests.browser.published_home import PublishedHome
from tests.browser.walker import Walker

pytestmark = pytest.mark.browser
STORES = """store_id,store_name,store_format,country,time_zone,currency
US01,Madison Avenue,boutique,US,America/New_York,USD
"""
CLIENTS = """client_id,first_name,last_name,email,country,created_on
C1,Annegret,Leewright,ann@leewright.example,US,2024-01-01
C2,Bo,Okonkwo,bo@okonkwo.example,US,2024-13-45
"""


def sales(*lines: tuple[str, str]) -> str:
    header = (
        "transaction_id,line_number,store_id,register_id,business_date,sold_at,transaction_status,"
        "line_type,quantity,net_amount,tax_amount,currency,sale_channel,till_note"
    )
    rows = [
        f"{ticket},1,US01,R1,2026-11-20,2026-11-20T15:00:00,completed,merchandise,1,{net},8.88,USD,"
        "in_store,<b>note</b>"
        for ticket, net in lines
    ]
    return "\n".join([header, *rows]) + "\n"


OWN = """
system: till
export: day
dataset: sales_lines
files: {regex: '(?:.*/)?till/(?P<day>[^/]+)\\.csv'}
columns:
  transaction_id: transaction_id
  line_number: line_number
  store_id: store_id
  register_id: register_id
  business_date: business_date
  sold_at: sold_at
  transaction_status: transaction_status
  line_type: line_type
  quantity: quantity
  net_amount: {product: [quantity, net_amount]}
  tax_amount: tax_amount
  currency: {from: currency, codes: {USD: USD}}
  sale_channel: sale_channel
ignore_unknown: true
reject_tolerance: 0.4
"""


@pytest.fixture(scope="module")
def home(published: PublishedHome) -> Home:
    """The published home with a day of sales loaded, and a mapping of its own."""
    home = Home(published.home)
    for name, text in (
        ("landing/stores_20261120.csv", STORES),
        ("landing/till/a.csv", sales(("T1", "100.00"), ("T2", "50.00"))),
        ("mappings/till.yml", OWN),
    ):
        path = home.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    taken = take_in(home, Settings(quiet_seconds=0))
    assert {one.status for one in taken.files} == {"accepted"}, taken.files
    return home


def tried(walker: Walker, page: Page, file: Path, folder: str = "") -> Page:
    page.locator('input[type="file"]').set_input_files(file)
    page.locator('[data-testid="stFileChip"]').wait_for()
    if folder:
        page.get_by_role("textbox", name="Folder it would lie in").fill(folder)
        page.keyboard.press("Tab")
    page.locator("button:not([disabled])", has_text="Try it").click()
    page.locator('[data-lp="answer"], .banner:has-text("No answer")').first.wait_for()
    return walker.stand()


@pytest.mark.parametrize("width", [1440, 390])
def test_a_file_is_tried_and_answered(
    walker: Walker, home: Home, tmp_path: Path, width: int
) -> None:
    file = tmp_path / "<i>b & c<i>.csv"
    file.write_text(sales(("T1", "100.00"), ("T2", "75.00"), ("T3", "1O.00")))
    before = sorted(path for path in home.root.rglob("*") if "logs" not in path.parts)
    walker.fresh(width, 900)
    page = walker.go("/files")
    page.get_by_role("link", name="Try a mapping on one file").click()
    page.wait_for_url("**/try_mapping**")
    walker.stand()
    tried(walker, page, file, "till")

    said = walker.text('[data-lp="answer"]')
    assert said.startswith("✓ would be accepted _i_b _ c_i_.csv as sales lines: 2 rows go in")
    assert "1 line is set aside" in said
    main = page.locator(".stMain").inner_text()
    order = ["Lines set aside", "Header, column, sample", "Key figures against what is loaded"]
    assert [main.index(words) for words in order] == sorted(main.index(words) for words in order)
    aside = page.locator("table", has_text="Expected").locator("tbody tr")
    assert aside.count() == 1
    assert "4" in aside.inner_text()
    assert "1O.00" in aside.inner_text()
    net = page.locator("table", has_text="As read").locator("tr", has_text="net_amount").last
    assert "quantity × net_amount" in net.inner_text()
    assert "quantity = 1, net_amount = 75.00 → 75" in net.inner_text()
    assert "till_note" in page.locator("dl").inner_text()
    figures = page.locator("table", has_text="Loaded now").first
    net_sales = figures.locator("tr", has_text="Net sales").inner_text()
    assert "175.00" in net_sales
    assert "150.00" in net_sales
    assert "+25.00" in net_sales
    assert "changes" in net_sales
    assert walker.overflow() <= 0, f"at {width} px it has to be pushed sideways"
    assert "<b>note</b>" not in main
    after = sorted(path for path in home.root.rglob("*") if "logs" not in path.parts)
    assert after == before, "trying a file changes nothing of the home"


def test_the_values_of_people_are_never_shown(walker: Walker, home: Home, tmp_path: Path) -> None:
    file = tmp_path / "clients_20260101.csv"
    file.write_text(CLIENTS)
    page = walker.go("/try_mapping")
    tried(walker, page, file)
    assert "as clients" in walker.text('[data-lp="answer"]')
    text = page.locator(".stMain").inner_text()
    assert "2024-13-45" in text
    assert "personal, not shown" in text
    html = page.content()
    for secret in ("Leewright", "leewright", "Okonkwo", "Annegret"):
        assert secret not in html


def test_what_cannot_be_read_is_answered_in_words(
    walker: Walker, home: Home, tmp_path: Path
) -> None:
    file = tmp_path / "holiday.csv"
    file.write_bytes(b"\x00\xff" * 400)
    page = walker.go("/try_mapping")
    tried(walker, page, file)
    assert walker.text('[data-lp="answer"]') == "✕ would be refused holiday.csv"
    assert "choose one above" in page.locator(".banner").last.inner_text()
    walker.go("/try_mapping?mapping=cegid_y2/stock")
    tried(walker, walker.page, file)
    assert "would be refused" in walker.text('[data-lp="answer"]')
    assert "Traceback" not in walker.page.content()
