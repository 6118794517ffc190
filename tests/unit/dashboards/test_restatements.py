"""What moved between two publishes: side by side, with its cause and its receipts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from dashboards.questions import restatements
from dashboards.questions.restatements import START, Moment
from dashboards.warehouse import Published, Run
from tests.browser.published_home import PublishedHome

Open = Callable[..., Any]


def known(run: Run, home: PublishedHome) -> dict[str, Moment]:
    found = restatements.moments(run, Published(home.home).runs())
    return {moment.run_id: moment for moment in found}


def test_between_two_publishes_the_restated_day_moved(run: Run, home: PublishedHome) -> None:
    at = known(run, home)
    assert list(at) == [home.newest_run, home.earlier_run, START]
    [item] = restatements.between(run, at[home.earlier_run], at[home.newest_run])
    assert (item.store_id, item.business_date) == ("US03", home.restated_day)
    assert [m.measure for m in item.measures] == ["net_sales", "units"]
    sales = item.measures[0]
    lines = run.ask(
        "select sum(net_amount) as now from core.fct_sales_lines where store_id = 'US03'"
        " and business_date = ?",
        [home.restated_day],
    )[0]["now"]
    assert sales.new_value == lines
    [cause] = item.causes
    assert cause.kind == "file"
    assert cause.replaced["file_name"] != cause.replacing["file_name"]


def test_nothing_moved_before_the_earlier_publish(run: Run, home: PublishedHome) -> None:
    at = known(run, home)
    assert restatements.between(run, at[START], at[home.earlier_run]) == []
    assert len(restatements.between(run, at[START], at[home.newest_run])) == 1
    assert restatements.between(run, at[START], at[home.newest_run], ["US01"]) == []
    other = date(2001, 1, 1)
    assert restatements.between(run, at[START], at[home.newest_run], month=other) == []


def test_several_steps_are_told_as_before_and_now() -> None:
    def step(day: int, old: int, new: int) -> dict[str, Any]:
        return {
            "known_from": datetime(2026, 11, day),
            "old_value": Decimal(old),
            "change": Decimal(new - old),
        }

    moved = restatements._moved("sales_lines", "net_sales", [step(1, 100, 90), step(2, 90, 95)])
    assert (moved.old_value, moved.new_value, moved.change) == (100, 95, -5)
    # Two files of one day, replaced together.
    moved = restatements._moved("sales_lines", "net_sales", [step(1, 100, 90), step(1, 40, 50)])
    assert (moved.old_value, moved.new_value) == (140, 140)
    # Figures known at both moments say it better.
    moved = restatements._moved("x", "units", [step(1, 100, 90)], Decimal(40), Decimal(70))
    assert (moved.old_value, moved.new_value) == (40, 70)
    # A part of a day that came late, from the beginning on: the other parts were there.
    moved = restatements._moved("x", "net_sales", [step(1, 0, 30)], now=Decimal(180))
    assert (moved.old_value, moved.new_value, moved.change) == (150, 180, 30)


def test_the_receipts_that_changed_are_named(run: Run, home: PublishedHome) -> None:
    earlier = Published(home.home).run(home.earlier_run)
    day = ("US03", home.restated_day)
    changes = restatements.changed_receipts(earlier, run, [day])[day]
    gone = [change for change in changes if change.column is None and change.new_value is None]
    assert any(change.row.startswith("line") for change in gone)
    lost = sum(change.old_value for change in gone if change.row.startswith("line"))
    at = known(run, home)
    [item] = restatements.between(run, at[home.earlier_run], at[home.newest_run])
    assert lost == -item.measures[0].change
    quiet = ("US01", home.restated_day)
    assert restatements.changed_receipts(earlier, run, [quiet])[quiet] == []


def test_the_page_says_what_moved_and_why(open_page: Open, home: PublishedHome) -> None:
    page = open_page("restatements")
    assert "<b>1 store-day moved</b> between" in page.html
    assert "Oak Street" in page.html and "delivered again" in page.html
    assert "receipt changed" in page.html or "receipts changed" in page.html
    assert "taken out" in page.html
    first = open_page("restatements", **{"from": START})
    assert "the beginning" in first.html
    assert "while the publishes of both moments are kept" in first.html
    old = open_page("restatements", run=home.earlier_run)
    assert "<b>No figure moved</b>" in old.html
