"""The door to data, Explain and the spreadsheets, without pages."""

from __future__ import annotations

import ast
import io
import shutil
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import openpyxl
import pytest

from dashboards import words
from dashboards.explain import ExplainError, Explanation, explain, keys_from_text
from dashboards.parts import theme
from dashboards.questions import calendar, kpis, network, today, trend
from dashboards.questions.reminders import reminders
from dashboards.questions.trend import Asked
from dashboards.warehouse import (
    NothingPublishedError,
    Published,
    QuestionError,
    Run,
    UnknownRunError,
)
from dashboards.workbook import Sheet, workbook
from tests.browser.published_home import PublishedHome

DASHBOARDS = Path(__file__).resolve().parents[3] / "dashboards"


def test_only_pages_and_parts_know_streamlit() -> None:
    free = [*DASHBOARDS.glob("*.py"), *DASHBOARDS.glob("questions/*.py")]
    for path in free:
        if path.name in ("app.py", "access.py"):
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not any(name.startswith("streamlit") for name in names), path.name


def test_the_pointer_names_the_newest_and_older_runs_stay(home: PublishedHome) -> None:
    published = Published(home.home)
    assert published.newest().run_id == home.newest_run
    assert [run.run_id for run in published.runs()] == [home.newest_run, home.earlier_run]
    assert published.run(home.earlier_run).run_id == home.earlier_run


def test_a_run_name_cannot_walk_out_of_the_folder(home: PublishedHome) -> None:
    for name in ("../../etc", "run_1/../..", "CURRENT"):
        with pytest.raises(UnknownRunError):
            Published(home.home).run(name)


def test_an_empty_home_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(NothingPublishedError, match="loupe run"):
        Published(tmp_path).newest()


def test_questions_cannot_write(run: Run) -> None:
    with pytest.raises(QuestionError):
        run.ask("create table core.mine (a int)")


def _store_day(run: Run, home: PublishedHome, store: str) -> Explanation:
    keys = {"store_id": store, "business_date": home.last_day}
    return explain(run, "finance.store_days", keys, "net_sales")


def test_explain_leads_to_file_and_line(run: Run, home: PublishedHome) -> None:
    found = _store_day(run, home, "US03")
    part = found.parts[0]
    assert found.title == f"Net sales · Oak Street · {words.day(home.last_day)}"
    assert part.adds_up == {"net_sales": "net_amount"}
    assert part.totals["net_amount"] == found.value
    assert part.count == len(part.rows)
    assert [row["line"] for row in part.rows] == list(range(2, part.count + 2))
    names = {row["file_name"] for row in part.rows}
    assert names == {f"US03/sales_lines_US03_{home.last_day:%Y%m%d}.csv"}
    assert all(row["received_at"] for row in part.rows)
    assert {check.rule for check in found.checks} >= {"F4 No receipt number is missing"}


def test_explain_shows_the_check_that_blocks(run: Run, home: PublishedHome) -> None:
    found = _store_day(run, home, home.blocked_store)
    failed = [check for check in found.checks if not check.passed]
    assert [check.rule for check in failed] == ["F4 No receipt number is missing"]
    assert "10412" in failed[0].observed


def test_explain_of_many_days_counts_all_and_lists_some(run: Run, home: PublishedHome) -> None:
    keys = keys_from_text([f"business_date={date(2020, 1, 1)}..{home.last_day}"])
    found = explain(run, "kpi.store_day_kpis", keys, "net_sales", limit=10)
    part = found.parts[0]
    assert len(part.rows) == 10 < part.count
    assert part.totals["net_amount"] == found.value
    assert len(found.rows) == 10 < found.row_count


def test_explain_of_a_ratio_shows_both_sums(run: Run, home: PublishedHome) -> None:
    keys = {"store_id": ["US01", "US02"], "business_date": home.last_day.isoformat()}
    found = explain(run, "kpi.store_day_kpis", keys, "atv")
    assert float(found.value) == pytest.approx(
        float(found.made_of["above"]) / float(found.made_of["below"])
    )
    assert found.definitions[0].name == "Average transaction value"
    assert [part.adds_up for part in found.parts] == [
        {"net_sales": "net_amount"},
        {"transactions": "transactions"},
    ]
    assert all(total.holds for total in found.sums)


def test_explain_of_a_delivery_shows_the_lines_set_aside(run: Run, home: PublishedHome) -> None:
    keys = {"store_id": "US04", "business_date": home.last_day, "dataset": "tenders"}
    found = explain(run, "finance.deliveries", keys)
    assert [row["line_no"] for row in found.set_aside] == [5, 9]
    assert found.files[0]["file_name"].startswith("US04/tenders")


@pytest.mark.parametrize(
    ("table", "keys", "measure", "words_"),
    [
        ("core.nothing", {}, None, "There are: core.dim_clients"),
        ("finance.store_days; drop", {}, None, "There is no published table"),
        ("finance.store_days", {"shop": "US01"}, None, "no column “shop”"),
        ("finance.store_days", {"business_date": "x"}, None, "“x” is not a date"),
        ("finance.store_days", {}, "profit", "no figure “profit”"),
    ],
)
def test_explain_refuses_in_words(
    run: Run, table: str, keys: dict[str, str], measure: str | None, words_: str
) -> None:
    with pytest.raises(ExplainError, match=words_):
        explain(run, table, keys, measure)


def test_keys_are_read_from_text() -> None:
    assert keys_from_text(["a=1", " b = x=y"]) == {"a": "1", "b": "x=y"}
    with pytest.raises(ExplainError, match="column=value"):
        keys_from_text(["a"])


def test_a_formula_may_only_compute() -> None:
    def kpi(numerator: str) -> kpis.Kpi:
        return kpis.Kpi("k", "K", "", numerator, None, "number", "up", "", "", "")

    columns = ["visitors", "transactions"]
    assert kpi("case when visitors > 0 then transactions end").made_of(columns)
    assert not kpi("(select 1)").made_of(columns)
    assert not kpi("visitors; drop").made_of(columns)
    assert not kpi("read_text('x')").made_of(columns)


def test_every_published_kpi_can_be_shown(run: Run) -> None:
    assert kpis.usable(run) == kpis.definitions(run)


def test_today_leaves_the_silent_store_out_of_both_sides(run: Run, home: PublishedHome) -> None:
    found = today.figures(run, home.last_day)
    assert [row["store_id"] for row in found.left_out] == [home.missing_store]
    net = next(figure for figure in found.figures if figure.kpi.kpi_id == "net_sales")
    week = run.ask(
        "select sum(net_sales) as n from kpi.store_day_kpis"
        " where business_date = ? and store_id <> ?",
        [found.week_before, home.missing_store],
    )
    assert net.last_week == week[0]["n"]


def test_the_strip_and_the_list_count_the_same_open_days(run: Run, home: PublishedHome) -> None:
    here = network.standing(run, home.last_day)
    listed = today.blocks(run, home.last_day)
    assert len(listed) == here.open_before + here.due - here.complete


def test_the_worst_store_stands_first(run: Run, home: PublishedHome) -> None:
    grid = today.matrix(run, home.last_day)
    order = [store["store_id"] for store in grid.stores]
    assert order[0] == home.missing_store
    assert order[-1] == home.closed_store
    assert grid.datasets[:3] == ["sales_lines", "tenders", "till_closings"]


@pytest.mark.parametrize("grain", ["day", "week", "month"])
@pytest.mark.parametrize("split", ["store", "category"])
def test_periods_and_groups_add_up_to_the_whole(
    run: Run, home: PublishedHome, grain: str, split: str
) -> None:
    kpi = next(k for k in kpis.usable(run) if k.kpi_id == "net_sales")
    asked = Asked(kpi, grain, 13, home.last_day, calendar.DEFAULT_BASIS, split=split)
    found = trend.trend(run, asked)
    assert sum(p.value for p in found.periods if p.value is not None) == found.value
    assert sum(group.value for group in found.groups) == found.value
    assert sum(p.before for p in found.periods if p.before is not None) == found.before
    assert found.left_out == 1
    # An unfinished period is held against as many days of last year.
    assert all(
        (p.last - p.first) == (p.before_last - p.before_first)
        for p in found.periods
        if p.before_last and p.before_first
    )


@pytest.mark.parametrize("split", ["none", "store", "category"])
def test_comparable_stores_are_the_same_on_both_sides(
    run: Run, home: PublishedHome, split: str
) -> None:
    kpi = next(k for k in kpis.usable(run) if k.kpi_id == "net_sales")
    # The pop-up is not comparable: everything without it is the same question.
    others = [store["store_id"] for store in network.stores(run) if store["store_id"] != "US06"]
    asked = Asked(kpi, "week", 13, home.last_day, calendar.DEFAULT_BASIS, split=split)
    everyone = trend.trend(run, asked)
    like = trend.trend(run, replace(asked, comparable=True))
    without = trend.trend(run, replace(asked, stores=others))
    assert like.value == without.value < everyone.value
    assert like.before == without.before < everyone.before
    assert [g.value for g in like.groups] == [g.value for g in without.groups]
    assert like.not_comparable == len(_days_of(run, "US06", like.periods[0].first))
    assert everyone.not_comparable == 0


def _days_of(run: Run, store: str, first: date) -> list[dict[str, date]]:
    return run.ask(
        "select business_date from kpi.store_day_kpis where store_id = ? and business_date >= ?",
        [store, first],
    )


def test_a_reminder_says_what_is_owed_and_when_the_store_was_last_heard_of(
    run: Run, home: PublishedHome
) -> None:
    [one] = reminders(run, home.last_day)
    assert one.store_id == home.missing_store
    assert [row["dataset"] for row in one.owed] == ["sales_lines", "tenders", "till_closings"]
    assert one.minutes_late == 1610
    assert one.expected_at == datetime.combine(home.last_day + timedelta(days=1), time(2))
    assert one.last_contact == one.expected_at - timedelta(minutes=37)
    assert one.last_file in {
        f"US05/{dataset}_US05_{home.last_day:%Y%m%d}.csv"
        for dataset in ("store_traffic", "stock_snapshots")
    }
    assert f"- Sales lines: expected by {words.day(home.last_day)}, 16:00 HST, 26 h late" in (
        one.message
    )
    assert "Ala Moana (US05)" in one.message
    assert reminders(run, home.last_day, ["US01"]) == []


def test_every_key_figure_is_the_sum_of_its_rows(run: Run, home: PublishedHome) -> None:
    for measure in ("discounts", "returns", "units_sold", "visitors", "target_net_sales", "upt"):
        found = explain(run, "kpi.store_day_kpis", {"store_id": "US03"}, measure, limit=3)
        assert found.sums, measure
        assert all(total.holds and total.total for total in found.sums), measure
    keys = {"store_id": "US03", "business_date": home.last_day}
    [door] = explain(run, "kpi.store_day_kpis", keys, "visitors").parts
    assert [row["file_name"] for row in door.rows] == [
        f"US03/store_traffic_US03_{home.last_day:%Y%m%d}.csv"
    ]


def test_a_figure_its_rows_do_not_make_is_called_out(home: PublishedHome, tmp_path: Path) -> None:
    folder = tmp_path / "published" / home.newest_run
    shutil.copytree(home.home / "published" / home.newest_run, folder)
    with duckdb.connect(str(folder / "loupe.duckdb")) as database:
        database.execute("update kpi.store_day_kpis set net_sales = net_sales + 0.01")
    keys = {"store_id": "US01", "business_date": home.last_day}
    found = explain(Published(tmp_path).run(home.newest_run), kpis.DAYS, keys, "net_sales")
    [total] = found.sums
    assert not total.holds
    assert total.figure - total.total == Decimal("0.01")


def test_a_29_february_is_held_against_the_28th() -> None:
    assert calendar.same_date_last_year(date(2024, 2, 29)) == date(2023, 2, 28)


def test_a_workbook_keeps_types_totals_and_says_what_it_is() -> None:
    rows = [{"n": "=1+1", "v": Decimal("1.10"), "d": date(2026, 11, 21)}]
    sheet = Sheet("Rows", {"n": "Name", "v": "Value", "d": "Day"}, rows, {"v": Decimal("1.10")})
    book = openpyxl.load_workbook(io.BytesIO(workbook("Title", [("Run", "run_1")], [sheet])))
    told = {row[0].value: row[1].value for row in book["Read me"].iter_rows()}
    assert told["Run"] == "run_1"
    assert told["Rows of “Rows”"] == "1"
    assert told["Total of Value"] == "1.10"
    page = book["Rows"]
    assert page["A2"].value == "=1+1"
    assert page["A2"].data_type == "s"
    assert page["B2"].value == 1.1
    assert page["C2"].is_date
    assert [cell.value for cell in page[3]] == ["Total", 1.1, None]


def test_numbers_are_said_one_way() -> None:
    assert words.figure(Decimal("-1234.50"), "money", "USD") == "USD −1,234"
    assert words.figure(0.0312, "percent") == "3.1 %"
    assert words.change(110, 100) == "+10.0 %"
    assert words.change(0.05, 0.04, "percent") == "+1.0 pt"
    assert words.change(5, 0) == "from 0"
    assert words.change(None, 3) == words.NONE
    assert words.listing(["a", "b", "c"], 2) == "a, b and 1 more"
    assert words.lasting(1610) == "26 h"


def _contrast(one: str, other: str) -> float:
    def light(colour: str) -> float:
        parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((light(one), light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("dark", [False, True])
def test_every_text_can_be_read_on_its_ground(dark: bool) -> None:
    paper = theme.colour("backgroundColor", dark)
    felt = theme.colour("secondaryBackgroundColor", dark)
    for ink in ("textColor", "linkColor", "primaryColor", "grayTextColor"):
        assert _contrast(theme.colour(ink, dark), paper) >= 4.5, ink
        assert _contrast(theme.colour(ink, dark), felt) >= 4.5, ink
    for tone in theme.TONES:
        text, ground = f"{tone}TextColor", f"{tone}BackgroundColor"
        assert _contrast(theme.colour(text, dark), theme.colour(ground, dark)) >= 4.5, tone


def test_no_two_statuses_share_word_or_sign() -> None:
    for table in (words.DELIVERY, words.STORE_DAY, words.FILE):
        assert len({status.word for status in table.values()}) == len(table)
        assert len({status.sign for status in table.values()}) == len(table)
