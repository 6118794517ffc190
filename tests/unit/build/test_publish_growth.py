"""A publish starts from the one before and copies the touched store-days only."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.build import publish
from pipelines.settings import Home, Settings

MANIFEST: dict[str, Any] = {
    "nodes": {
        "model.loupe.fct_lines": {
            "resource_type": "model",
            "schema": "core",
            "name": "fct_lines",
            "description": "Lines. One row per store and day.",
            "columns": {},
            "config": {"incremental_strategy": publish.BY_STORE_DAY},
        }
    },
    "sources": {},
}
ROWS = "select store_id, business_date::varchar, amount from core.fct_lines order by all"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path)
    home.warehouse_dir.mkdir()
    home.published.mkdir()
    with duckdb.connect(str(home.warehouse_file)) as con:
        con.execute("create schema core; create schema ops")
        con.execute("create table ops.build as select 'w1' as warehouse_id, 1 as build_no")
        con.execute(
            "create table ops.touched (build_no integer, store_id varchar, business_date date)"
        )
        con.execute(
            "create table core.fct_lines as"
            " select 'NYC' as store_id, date '2026-03-01' + n::int as business_date, n as amount"
            " from range(3) as days(n)"
        )
    return home


def _draft(home: Home, name: str, before: Path | None = None) -> Path:
    return publish.draft_marts(home, Settings(), MANIFEST, name, before=before)


def _ask(folder: Path, sql: str = ROWS) -> list[tuple]:
    with duckdb.connect(str(folder / publish.DATABASE)) as con:
        return con.execute(sql).fetchall()


def _next_day(home: Home, warehouse_id: str = "w1") -> None:
    """The second build changes 2 March and brings 4 March."""
    with duckdb.connect(str(home.warehouse_file)) as con:
        con.execute("update core.fct_lines set amount = 20 where business_date = '2026-03-02'")
        con.execute("insert into core.fct_lines values ('NYC', '2026-03-04', 3)")
        con.execute("update ops.build set build_no = 2, warehouse_id = ?", [warehouse_id])
        con.execute(
            "insert into ops.touched values (2, 'NYC', '2026-03-02'), (2, 'NYC', '2026-03-04')"
        )


WHOLE = [
    ("NYC", "2026-03-01", 0),
    ("NYC", "2026-03-02", 20),
    ("NYC", "2026-03-03", 2),
    ("NYC", "2026-03-04", 3),
]


def test_touched_days_are_copied_and_the_others_left(home: Home) -> None:
    first = _draft(home, "first")
    _ask(first, "update core.fct_lines set amount = 99 where business_date = '2026-03-03'")
    _next_day(home)
    marked = [row if row[1] != "2026-03-03" else ("NYC", "2026-03-03", 99) for row in WHOLE]
    assert _ask(_draft(home, "second", first)) == marked


def test_a_table_whose_rows_do_not_add_up_is_copied_whole(home: Home) -> None:
    first = _draft(home, "first")
    _ask(first, "delete from core.fct_lines where business_date = '2026-03-03'")
    _next_day(home)
    assert _ask(_draft(home, "second", first)) == WHOLE


def test_another_warehouse_is_copied_whole(home: Home) -> None:
    first = _draft(home, "first")
    _ask(first, "update core.fct_lines set amount = 99")
    _next_day(home, warehouse_id="w2")
    assert _ask(_draft(home, "second", first)) == WHOLE


@pytest.mark.parametrize("told", ["", "{", "[]"])
def test_a_publish_that_does_not_say_its_build_is_not_built_upon(home: Home, told: str) -> None:
    first = _draft(home, "first")
    (first / publish.BUILD).write_text(told)
    _next_day(home)
    assert _ask(_draft(home, "second", first)) == WHOLE
