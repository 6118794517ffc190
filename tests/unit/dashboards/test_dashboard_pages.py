"""Each page over the small published home, run without a browser."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dashboards import words
from tests.browser.published_home import PublishedHome, build, run_name, write_last_run

Open = Callable[..., Any]


def test_today_names_what_is_in_the_way(open_page: Open, home: PublishedHome) -> None:
    page = open_page()
    assert page.title == "Today"
    assert f"{words.day(home.last_day)} is not complete" in page.html
    assert "3 of 5 open stores are" in page.html
    assert "Receipt numbers are missing (R1 10412-10414)" in page.html
    assert "left out of both sides" in page.html


def test_today_has_a_message_ready_for_the_store_that_is_late(
    open_page: Open, home: PublishedHome
) -> None:
    page = open_page()
    assert [fold.label for fold in page.test.expander] == ["Ala Moana: 3 exports, 26 h late"]
    assert "1,610 minutes (26 h)" in page.html
    assert "Last contact" in page.html
    [message] = [block.value for block in page.test.code]
    assert message.startswith(f"Subject: Ala Moana (US05), exports of {words.day(home.last_day)}")
    assert "Till closings: expected by" in message
    on_time = open_page(date=(home.last_day - timedelta(days=5)).isoformat())
    assert not on_time.test.code


def test_today_writes_every_status_in_word_and_sign(open_page: Open) -> None:
    html = open_page().html
    for code in ("missing", "received", "incomplete", "closed"):
        status = words.DELIVERY[code]
        assert f">{status.sign}</i>{status.word}" in html


def test_names_from_data_cannot_become_markup(open_page: Open) -> None:
    html = open_page().html
    assert "Aspen &lt;Galena&gt;" in html
    assert "<Galena>" not in html
    assert "<b>12,40O</b>" not in open_page("files", show="rejected").html


def test_a_complete_day_says_so(open_page: Open, home: PublishedHome) -> None:
    day = home.last_day - timedelta(days=5)
    page = open_page(date=day.isoformat())
    assert f"{words.day(day)} is complete" in page.html
    assert "Nothing blocks a day" in page.html


def test_a_wrong_date_or_store_is_answered_in_a_sentence(open_page: Open) -> None:
    html = open_page(date="tomorrow", stores="US01,XX99", run="run_1").html
    assert "“tomorrow” is not a date" in html
    assert "Unknown to this run, so left out: XX99" in html
    assert "are not kept any more" in html


def test_choosing_stores_writes_the_address(open_page: Open) -> None:
    test = open_page().test
    test.multiselect(key="filter_stores").select("US03").run()
    assert dict(test.query_params)["stores"] in ("US03", ["US03"])
    test.multiselect(key="filter_stores").unselect("US03").run()
    assert "stores" not in test.query_params


@pytest.mark.parametrize("grain", ["day", "week", "month"])
@pytest.mark.parametrize("by", ["none", "store", "category"])
def test_the_trend_adds_up_whichever_way_it_is_cut(open_page: Open, grain: str, by: str) -> None:
    html = open_page("sales_trend", grain=grain, by=by).html
    assert "Net sales: <a" in html
    assert "NRF 4-5-4, restated" in html
    assert "<tfoot>" in html


def test_the_basis_of_last_year_is_printed_and_changes(open_page: Open) -> None:
    assert "same calendar date of last year" in open_page("sales_trend", basis="gregorian").html


@pytest.mark.parametrize("by", ["none", "store", "category"])
def test_comparable_stores_print_their_basis(open_page: Open, by: str) -> None:
    html = open_page("sales_trend", like="comparable", by=by).html
    assert "Basis:</b> comparable stores only: store-days that were open" in html
    assert "key_is_comparable=true" in html
    assert "comparable stores only:" not in open_page("sales_trend", by=by).html


def test_explain_says_that_the_rows_are_the_figure(open_page: Open, home: PublishedHome) -> None:
    figure = {"table": "kpi.store_day_kpis", "key_store_id": "US03", "measure": "upt"}
    html = open_page("explain", key_business_date=home.last_day.isoformat(), **figure).html
    for name in ("units sold", "units returned", "transactions"):
        assert f", which is the {name}" in html
    assert "please tell" not in html


@pytest.mark.parametrize(
    ("section", "sentence"),
    [
        ("all", "files</b> arrived"),
        ("refused", "Column net_amount is missing from the header."),
        ("duplicates", "Same content as"),
        ("rejected", "an amount such as 12.40"),
        ("restated", "What changed"),
        ("checks", "tender_type is known"),
    ],
)
def test_files_shows_each_fate(open_page: Open, section: str, sentence: str) -> None:
    assert sentence in open_page("files", show=section).html


def test_files_of_one_store_leave_out_the_others(open_page: Open) -> None:
    html = open_page("files", stores="US04").html
    assert "US04/tenders" in html
    assert "US01/tenders" not in html


def test_the_dictionary_finds_tables_columns_and_kpis(open_page: Open) -> None:
    assert "core.fct_sales_lines" in open_page("dictionary").html
    found = open_page("dictionary", q="net sales").html
    assert "finance.store_days" in found
    assert "Nothing here speaks of “qqq”" in open_page("dictionary", q="qqq").html
    assert "personal" in open_page("dictionary", q="last name", kind="incoming").html


def test_explain_without_a_figure_says_how_to_get_one(open_page: Open) -> None:
    assert "Click any figure" in open_page("explain").html


def test_explain_of_nonsense_is_a_sentence(open_page: Open) -> None:
    assert "There is no published table" in open_page("explain", table="core.nothing").html
    html = open_page("explain", table="finance.store_days", key_business_date="never").html
    assert "is not a date" in html


def test_nothing_published_says_what_to_run(open_page: Open, tmp_path: Path) -> None:
    page = open_page(at=tmp_path)
    assert page.title == "Nothing to show yet"
    assert "loupe run" in page.html


def test_a_first_run_that_was_blocked_says_why(open_page: Open, tmp_path: Path) -> None:
    (tmp_path / "published").mkdir()
    now = datetime.now(UTC).replace(tzinfo=None)
    write_last_run(
        tmp_path, run_name(now), "blocked", now, "A check failed.", ["stores are listed"]
    )
    html = open_page(at=tmp_path).html
    assert "The last run was blocked" in html
    assert "stores are listed" in html


def test_a_run_without_a_table_is_answered_in_a_sentence(open_page: Open, tmp_path: Path) -> None:
    built = build(tmp_path)
    file = tmp_path / "published" / built.newest_run / "loupe.duckdb"
    with duckdb.connect(str(file)) as database:
        database.execute("drop table finance.restatements")
    assert "cannot be shown for this run" in open_page("files", at=tmp_path).html
    assert "arrived" in open_page("files", at=tmp_path, run=built.earlier_run).html


def test_old_figures_are_called_old(open_page: Open, tmp_path: Path) -> None:
    built = build(tmp_path, datetime.now(UTC) - timedelta(hours=40))
    assert "These figures are old" in open_page(at=tmp_path).html
    assert "These figures are old" not in open_page(at=tmp_path, run=built.earlier_run).html


def test_a_failed_run_that_is_older_than_the_figures_is_history(
    open_page: Open, home: PublishedHome
) -> None:
    last = home.home / "published" / "last_run.json"
    kept = last.read_text()
    told = json.loads(kept) | {"run_id": home.earlier_run, "status": "failed"}
    last.write_text(json.dumps(told))
    try:
        assert "The last run" not in open_page().html
    finally:
        last.write_text(kept)
