"""Count sheets: blind, with why each line is there, and filled in they come back as a file."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest

from dashboards.decisions import DecisionStore
from dashboards.questions import count_sheets
from dashboards.warehouse import Run
from dashboards.workbook import Sheet, workbook
from pipelines.ingest.batch import take_in
from pipelines.settings import Home, Settings
from tests.browser.published_counts import PLANNED, SHEET_LINES
from tests.browser.published_home import PublishedHome
from tests.unit.ingest.ingest_exports import STORES

Open = Callable[..., Any]
DAY = date(2026, 3, 2)


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DecisionStore:
    monkeypatch.setenv("LOUPE_DECISIONS_URL", f"sqlite:///{tmp_path / 'decisions.sqlite'}")
    return DecisionStore.open(tmp_path)


def ask_recount(store: DecisionStore, key: str) -> None:
    store.decide(
        kind="discrepancy_verdict",
        subject_type="discrepancy",
        subject_key=key,
        store_id="US02",
        decided_by="Ada",
        seen_run_id="run_1",
        seen_sequence_no=0,
        payload={"verdict": "recount", "count_id": key.partition("|")[0]},
    )


def test_each_line_says_why_it_is_on_the_list(run: Run, home: PublishedHome) -> None:
    [task] = count_sheets.tasks(run, "US02", [])
    assert task.count_id == PLANNED and "Cycle count of Safe" in task.what
    found = count_sheets.lines(run, task, home.last_day, [])
    assert len(found) == SHEET_LINES
    assert found[0]["why"] == "never counted; planned for this count"
    assert "last counted 30 days ago" in found[1]["why"]
    assert [len(part) for part in count_sheets.sheets(found)] == [35, 5]
    assert count_sheets.sheets([]) == [[]]


def test_a_recount_lists_only_what_was_asked_for(
    run: Run, home: PublishedHome, store: DecisionStore
) -> None:
    key = f"US02-C{home.last_day:%y%m%d}|SKU011|SN-LOST-0001"
    ask_recount(store, key)
    task, planned = count_sheets.tasks(run, "US02", store.since(0))
    assert (task.count_pass, planned.count_id) == (2, PLANNED)
    [line] = count_sheets.lines(run, task, home.last_day, store.since(0))
    assert (line["serial_number"], line["why"]) == ("SN-LOST-0001", "Ada asked for a recount")
    assert count_sheets.native_rows(task, [line])[0]["scan_number"] == 200_001


def test_the_page_is_blind_until_it_is_asked(open_page: Open, store: DecisionStore) -> None:
    page = open_page("count_sheet", store="US02")
    assert "40 lines to look for</b>" in page.html and "The book is hidden" in page.html
    assert ">Book<" not in page.html
    page.test.toggle[0].set_value(True).run()
    assert "The book is shown" in page.html and ">Book<" in page.html
    assert "sheet 2 of 2" in open_page("count_sheet", store="US02", sheet="2").html
    assert "Nothing to count in" in open_page("count_sheet", store="US01").html


def filled(lines: list[dict[str, Any]], before: list[dict[str, Any]]) -> bytes:
    """The downloaded workbook, as a person fills it in."""
    names = list(lines[0])
    made = workbook(
        "Count",
        [],
        [
            Sheet("Count sheet", {n: n for n in names}, lines),
            Sheet("Counted before", {n: n for n in names}, before),
        ],
    )
    book = openpyxl.load_workbook(io.BytesIO(made))
    page = book["Count sheet"]
    place = {name: names.index(name) + 1 for name in names}
    for row, found in ((2, 1), (3, 0)):
        page.cell(row, place["quantity"], found)
        page.cell(row, place["scanned_at"], datetime(2026, 3, 2, 14, 5))
        page.cell(row, place["counted_by"], "Bea")
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def in_lake(home: Home, table: str) -> pl.DataFrame:
    return pl.concat(pl.read_parquet(path) for path in home.batches.glob(f"*/{table}.parquet"))


def test_a_filled_sheet_comes_in_and_an_empty_line_is_not_counted(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    home.landing.mkdir(parents=True)
    task = count_sheets.Task("C42", "NYC", 2, "Recount of C42", None)
    goods = {"zone": "Safe", "item_id": "RING", "item_name": "Ring", "why": "planned"}
    lines = [{**goods, "serial_number": f"S-{n}"} for n in range(3)]
    before = [
        {
            "count_id": "C42",
            "scan_number": 1,
            "store_id": "NYC",
            "count_pass": 1,
            "item_id": "RING",
            "serial_number": "S0",
            "quantity": 1,
            "scanned_at": "2026-03-01T15:00:00Z",
        }
    ]
    name = count_sheets.file_name(task, DAY)
    (home.landing / "stores_20260101.csv").write_text(STORES)
    (home.landing / name).write_bytes(filled(count_sheets.native_rows(task, lines), before))
    (outcome,) = [
        one
        for one in take_in(home, Settings(quiet_seconds=0)).files
        if one.dataset == "count_scans"
    ]
    assert outcome.status == "accepted", outcome.reason
    rows = in_lake(home, "count_scans").sort("scan_number").rows(named=True)
    told = [
        (r["scan_number"], r["count_pass"], r["serial_number"], int(r["quantity"])) for r in rows
    ]
    assert told == [(1, 1, "S0", 1), (200_001, 2, "S0", 1), (200_002, 2, "S1", 0)]
    assert rows[0]["scanned_at"].replace(tzinfo=UTC).isoformat() == "2026-03-01T15:00:00+00:00"
    [skipped] = in_lake(home, "skipped_rows").rows(named=True)
    assert (skipped["reason"], skipped["row_count"]) == ("line that nobody filled in", 11)
