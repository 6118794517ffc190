"""Who needs somebody on a Monday, and the week for headquarters, whose totals are the page's."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import openpyxl
import pytest

from dashboards.paper import paper
from dashboards.parts import hq_pack
from dashboards.questions import away, monday, network, pack
from dashboards.questions.pack import Pack
from dashboards.warehouse import Run
from dashboards.workbook import workbook
from tests.browser.published_home import PublishedHome

Open = Callable[..., Any]


@pytest.fixture
def week(run: Run, home: PublishedHome) -> Pack:
    boutiques = monday.attention(run, network.stores(run))
    return pack.pack(run, pack.monday_of(home.last_day), boutiques)


def test_boutiques_are_ranked_and_the_quiet_ones_come_last(run: Run) -> None:
    found = monday.attention(run, network.stores(run))
    assert [b.store_id for b in found[:3]] == ["US02", "US01", "US03"]
    assert found[0].top == "2 pieces missing, USD 25,200 at cost; count overdue 6 days"
    assert found[0].points == pytest.approx(80.6)
    assert [b.points for b in found[3:]] == [0, 0, 0]
    assert [b.store_id for b in monday.attention(run, network.stores(run), ["US01"])] == ["US01"]


def test_thirteen_weeks_of_counts_and_no_more(run: Run, home: PublishedHome) -> None:
    counts = monday.counts(run, "US02", home.last_day)
    assert counts is not None
    assert len(counts) == 13
    assert (counts[-1]["matched"], counts[-1]["lines_compared"]) == (38, 40)
    assert counts[-1]["share"] == pytest.approx(0.95)


def test_a_week_begins_on_a_monday() -> None:
    assert pack.monday_of(date(2026, 11, 29)) == date(2026, 11, 23)
    assert pack.monday_of(date(2026, 11, 30)) == date(2026, 11, 30)
    assert len(pack.weeks(date(2026, 11, 30), date(2020, 1, 1))) == 13
    assert pack.weeks(date(2026, 11, 30), date(2026, 11, 26)) == [
        date(2026, 11, 30),
        date(2026, 11, 23),
    ]


def test_a_finding_counts_once_in_its_week(week: Pack) -> None:
    assert len(week.discrepancies) == 5
    assert sum(row["findings"] for row in week.causes) == 5
    assert week.totals["unknown_cost"] == Decimal(-16200)
    kinds = {row["cause"]: row["kind"] for row in week.causes}
    assert (kinds["serial_swap"], kinds["unposted_receipt"]) == ("unknown", "explained")
    assert (kinds["true_loss"], kinds["unknown"]) == ("known", "unknown")


def test_amounts_of_several_currencies_are_not_added(week: Pack) -> None:
    rows = [{**row, "currency": cur} for row, cur in zip(week.summary, "AB" * 3, strict=True)]
    mixed = Pack(week.first, rows, week.discrepancies, week.causes, None)
    assert "unknown_cost" not in mixed.totals
    assert mixed.totals["matched"] == week.totals["matched"]


def test_the_spreadsheet_has_the_totals_of_the_page(week: Pack, open_page: Open) -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook("x", [], hq_pack.sheets(week))))
    assert book.sheetnames == ["Read me", "Summary", "Discrepancies", "Causes", "Actions"]
    sheet = book["Summary"]
    heads = [cell.value for cell in sheet[1]]
    totals = dict(zip(heads, [cell.value for cell in sheet[sheet.max_row]], strict=True))
    html = open_page("monday").html
    assert totals["Lines matched"] == 138 and "138" in html
    for name in ("Absolute difference at cost", "Known loss at cost", "Unknown at cost"):
        said = f"{totals[name]:,.2f}".replace("-", "−")
        assert f">{said}</td>" in html
    assert book["Discrepancies"].max_row == 5 + 2


def test_the_paper_is_a_pdf_and_the_same_each_time(week: Pack) -> None:
    told = [("Week", "x <b>")]
    made = paper("HQ pack", told, hq_pack.sections(week))
    assert made.startswith(b"%PDF")
    assert made == paper("HQ pack", told, hq_pack.sections(week))


def test_an_empty_week_is_said(run: Run, home: PublishedHome) -> None:
    boutiques = monday.attention(run, network.stores(run))
    empty = pack.pack(run, pack.monday_of(home.last_day - timedelta(weeks=60)), boutiques)
    assert empty.totals["lines_compared"] == 0
    sections = {section.heading: section.told for section in hq_pack.sections(empty)}
    assert sections["Discrepancies"] == "None in this week."
    assert paper("HQ pack", [], hq_pack.sections(empty)).startswith(b"%PDF")


def test_the_page_answers_first(open_page: Open) -> None:
    html = open_page("monday").html
    assert "<b>3 boutiques of 6 need attention</b>, first" in html
    assert "2 pieces missing, USD 25,200 at cost; count overdue 6 days" in html
    assert "Aspen &lt;Galena&gt;" in html
    assert "Search the vault for &lt;SN-LOST-0001&gt;" in html


def test_goods_in_transit_are_those_of_their_page(run: Run, open_page: Open) -> None:
    sums = away.worth(away.away(run, away.TRANSIT) or [], away.TRANSIT)
    [(currency, amount)] = sums.items()
    said = f"{currency} {amount:,.2f}"
    assert said in open_page("monday").html
    assert said in open_page("away").html


def test_an_opened_boutique_shows_its_counts(open_page: Open, home: PublishedHome) -> None:
    page = open_page("monday", open="US02")
    assert "Rodeo Drive" in [head.value for head in page.test.header]
    for said in (f"US02-C{home.last_day:%y%m%d}", "95.0 %", "A1 Pieces missing", "✓ yes"):
        assert said in page.html


def test_the_pack_is_named_by_week_and_run(home: PublishedHome, open_page: Open) -> None:
    page = open_page("monday")
    first = pack.monday_of(home.last_day)
    stamp = f"{first:%Y%m%d}-{first + timedelta(days=6):%Y%m%d}"
    buttons = page.test.get("download_button")
    assert [button.proto.label for button in buttons] == ["HQ pack to Excel", "HQ pack as PDF"]
    from dashboards.parts import download

    class Here:
        class run:  # noqa: N801
            run_id = home.newest_run

    assert download.file_name("hq_pack", Here, stamp, "xlsx") == (  # type: ignore[arg-type]
        f"loupe_hq_pack_{stamp}_{home.newest_run}.xlsx"
    )
    assert zipfile.is_zipfile(io.BytesIO(workbook("x", [], [])))
