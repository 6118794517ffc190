"""Real input: twenty trading days of a web shop, through a mapping a user would write.

Facts of the files (measured on them, see their README): 42,481 rows, 2,025 invoices, 2,822 stock
codes, 728 cancellation rows, 342,228 units, net 748,957.02. Taken in piece by piece and all at
once, the figures must be identical.

The runs piece by piece are watched by a reader in another process, who may never fail, wait for
long or see half a publish.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from pathlib import Path

import pytest

from dashboards.warehouse import Run
from tests.street.files import table
from tests.street.reader import reading
from tests.street.town import Town, differences, published

FIRST, LAST = date(2010, 12, 1), date(2010, 12, 23)
NOW = datetime(2010, 12, 24, 12, 0, tzinfo=UTC)
# How many days' files each run finds: one as a rule, more after a weekend or when nobody was there.
ROUNDS = (1, 1, 1, 2, 3, 5, 7)
# The books of the batches say when and in which batch a file came; the figures may not.
BOOKS = ("quality.files", "quality.file_scopes", "quality.rejected_rows", "quality.skipped_rows")


def _shop(new_town: Callable[[], Town]) -> Town:
    town = new_town()
    town.now = NOW
    for path in town.home.landing.iterdir():
        path.unlink()
    opened = datetime(2010, 11, 30, 6, tzinfo=UTC)
    shop = {
        "store_id": "UK-WEB",
        "store_name": "Web shop",
        "store_format": "online",
        "country": "GB",
        "time_zone": "Europe/London",
        "currency": "GBP",
        "opened_on": "2010-12-01",
    }
    town.drop("stores_20101130.csv", table([shop]), opened)
    days = [FIRST + timedelta(n) for n in range((LAST - FIRST).days + 1)]
    calendar = (
        {
            "store_id": "UK-WEB",
            "business_date": day,
            "is_open": "false" if day.isoweekday() == 6 else "true",
            "reason": "Saturday" if day.isoweekday() == 6 else "",
        }
        for day in days
    )
    town.drop("trading_days_20101130.csv", table(calendar), opened)
    return town


def _drop(town: Town, export: Path) -> None:
    day = date.fromisoformat(export.stem)
    arrived = datetime.combine(day + timedelta(1), time(5), UTC)
    town.drop(f"uci_online_retail/{export.name}", export.read_bytes(), arrived)


@pytest.fixture(scope="module")
def exports(uci_exports: Path) -> list[Path]:
    return sorted(uci_exports.glob("*.csv"))


def _rounds(exports: list[Path]) -> Iterator[list[Path]]:
    """The files each run finds; every one of them is found."""
    assert sum(ROUNDS) == len(exports)
    left = iter(exports)
    for number in ROUNDS:
        yield list(islice(left, number))


@pytest.mark.slow
def test_piece_by_piece_equals_all_at_once_and_both_tell_the_facts(
    new_town: Callable[[], Town], exports: list[Path]
) -> None:
    at_once = _shop(new_town)
    for export in exports:
        _drop(at_once, export)
    whole = at_once.run()
    assert whole.folder, whole.message

    daily = _shop(new_town)
    assert daily.run().folder
    with reading(daily.home) as told:
        for found in _rounds(exports):
            for export in found:
                _drop(daily, export)
            outcome = daily.run()
            assert outcome.folder, outcome.message

    assert told.fault == ""
    assert told.runs >= len(ROUNDS) // 2
    assert told.reads > 10 * len(ROUNDS)
    _assert_facts(Run.read(whole.folder))
    assert differences(_figures(whole.folder), _figures(outcome.folder)) == {}


def _figures(folder: Path) -> dict[str, list[tuple]]:
    """All published rows but the books of the batches, and without naming the batch.

    Nor what came after figures had been told: who tells them once has nothing of the kind.
    """
    tables = published(folder, without=(*BOOKS, "quality.runs", "quality.check_results"))
    run = Run.read(folder)
    kept = {
        name: [n for n, column in enumerate(run.columns(name)) if column != "_batch_id"]
        for name in tables
    }
    figures = {
        name: sorted((tuple(row[n] for n in kept[name]) for row in rows), key=repr)
        for name, rows in tables.items()
    }
    restated = figures["finance.restatements"]
    figures["finance.restatements"] = [row for row in restated if "late" not in row]
    return figures


def _assert_facts(run: Run) -> None:
    [files] = run.ask(
        "select sum(lines_read) as lines, sum(rows_loaded) as loaded,"
        " sum(rows_rejected) as rejected"
        " from quality.files where mapping like '%invoices%'"
    )
    assert (files["lines"], files["rejected"]) == (42_481, 0)
    [sales] = run.ask(
        "select count(*) filter (where transaction_id like 'C%') as cancelled,"
        " sum(quantity) as units, sum(net_amount) as net from core.fct_sales_lines"
    )
    [written_off] = run.ask(
        "select count(*) as lines, sum(quantity) as units from core.fct_stock_movements"
    )
    assert sales["cancelled"] == 728
    assert files["loaded"] + written_off["lines"] == 42_481
    assert sales["units"] + written_off["units"] == Decimal(342_228)
    assert sales["net"] == Decimal("748957.02")
    [names] = run.ask(
        "select count(distinct invoice) as invoices, count(distinct item_id) as items from ("
        " select transaction_id as invoice, item_id from core.fct_sales_lines"
        " union all select document_id, item_id from core.fct_stock_movements)"
    )
    assert (names["invoices"], names["items"]) == (2_025, 2_822)
    days = run.ask("select status, count(*) as days from finance.store_days group by status")
    # 24 December is under way at the hour of the run.
    told = {row["status"]: row["days"] for row in days}
    assert told == {"complete": 20, "closed": 3, "waiting": 1}
