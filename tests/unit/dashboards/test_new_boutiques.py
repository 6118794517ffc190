"""New boutiques: their first sales, stock and count are there, planned or missing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from dashboards.parts.new_boutiques import answer
from dashboards.questions.new_boutiques import First, NewBoutique, new_boutiques
from dashboards.warehouse import Published, Run
from tests.browser.published_home import build
from tests.browser.published_my_day import NEW_STORE

Open = Callable[..., Any]


def test_only_who_opened_lately_is_new(run: Run) -> None:
    [new] = new_boutiques(run)
    assert new.store_id == NEW_STORE
    assert new.sales.is_there and new.sales.file_name
    assert new.sales.file_name.startswith("US06/")
    assert new.missing == ["first count"]
    assert new_boutiques(run, ["US01"]) == []


def change(tmp_path: Path, *statements: str) -> Run:
    made = build(tmp_path)
    with duckdb.connect(str(tmp_path / "published" / made.newest_run / "loupe.duckdb")) as db:
        for statement in statements:
            db.execute(statement)
    return Published(tmp_path).newest()


def test_the_first_count_is_planned_and_then_there(tmp_path: Path) -> None:
    plan = (
        "insert into core.fct_count_plans (count_id, store_id, count_type, due_on, status)"
        " values ('N-1', 'US06', 'full', date '2026-12-24', 'planned')"
    )
    [new] = new_boutiques(change(tmp_path / "planned", plan))
    assert new.count == First(planned_for=date(2026, 12, 24))
    counted = (
        "insert into inventory.stock_accuracy (count_id, store_id, counted_on)"
        " values ('N-1', 'US06', date '2026-11-02')"
    )
    [new] = new_boutiques(change(tmp_path / "counted", plan, counted))
    assert new.count.on == date(2026, 11, 2)
    assert new.missing == []


def test_what_never_came_is_missing(tmp_path: Path, open_page: Open) -> None:
    run = change(tmp_path, "delete from quality.file_scopes where store_id = 'US06'")
    [new] = new_boutiques(run)
    assert new.missing == ["first transaction file", "first stock file", "first count"]
    html = open_page("monday", at=tmp_path).html
    assert "1 new boutique, something is still missing for 1" in html
    assert html.count("✕</i>missing") >= 3


def test_a_warehouse_is_no_boutique_and_a_run_without_the_rule_knows_none(tmp_path: Path) -> None:
    ware = "update core.dim_stores set store_format = 'warehouse' where store_id = 'US06'"
    assert new_boutiques(change(tmp_path / "a", ware)) == []
    assert new_boutiques(change(tmp_path / "b", "drop table inventory.day_limits")) == []


def test_monday_shows_it_with_day_and_file(open_page: Open) -> None:
    html = open_page("monday").html
    assert "first count" in html and "key_file_id=" in html
    assert "Aspen &lt;Galena&gt;" in html
    page = open_page("monday", stores="US01")
    assert "New boutiques" not in [head.value for head in page.test.header]


def test_when_all_is_there_it_says_so() -> None:
    there = First(date(2026, 11, 2))
    one = NewBoutique("A", "A", date(2026, 11, 1), 3, there, there, there)
    assert answer([one]).startswith("✓ 1 new boutique: ")
