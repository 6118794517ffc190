"""The comparison itself: it must tell a cent, a missing row, a doubled row and another type."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from tests.spark.comparison import compare

ROWS = """
    select * from (values
        ('NYC1', date '2026-03-01', cast(10.10 as decimal(18, 2)), 1.5),
        ('NYC1', date '2026-03-02', cast(20.20 as decimal(18, 2)), null),
        ('NYC1', date '2026-03-02', cast(20.20 as decimal(18, 2)), null)
    ) as rows (store_id, business_date, net_sales, latitude)
"""


def _compared(tmp_path: Path, other: str):
    warehouse, tables = tmp_path / "warehouse.duckdb", tmp_path / "tables"
    folder = tables / "kpi.db" / "store_day_kpis"
    folder.mkdir(parents=True)
    with duckdb.connect(str(warehouse)) as con:
        con.execute("create schema kpi")
        con.execute(f"create table kpi.store_day_kpis as {ROWS}")
        con.execute(f"copy ({other}) to '{folder}/part.parquet' (format parquet)")
    [one] = compare(warehouse, tables)
    return one


def test_equal_rows_in_any_order_are_equal(tmp_path: Path) -> None:
    one = _compared(tmp_path, f"select * from ({ROWS}) order by business_date desc")
    assert one.is_equal
    assert one.rows == (3, 3)


@pytest.mark.parametrize(
    "other",
    [
        f"select * replace (net_sales + 0.01 as net_sales) from ({ROWS})",
        f"select * from ({ROWS}) limit 2",
        f"select * from ({ROWS}) union all select * from ({ROWS}) limit 4",
        f"select * replace (business_date + interval 1 day as business_date) from ({ROWS})",
        f"select * replace (coalesce(latitude, 0) as latitude) from ({ROWS})",
        f"select * replace (cast(net_sales as decimal(18, 4)) as net_sales) from ({ROWS})",
        f"select * exclude (latitude) from ({ROWS})",
        f"select * from ({ROWS}) where false",
    ],
    ids=[
        "a_cent",
        "a_row_less",
        "a_row_twice",
        "a_day",
        "null_or_nothing",
        "scale",
        "column",
        "empty",
    ],
)
def test_what_differs_is_told(tmp_path: Path, other: str) -> None:
    assert not _compared(tmp_path, other).is_equal


def test_a_table_without_files_equals_an_empty_one_only(tmp_path: Path) -> None:
    warehouse = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(warehouse)) as con:
        con.execute("create schema core")
        con.execute("create table core.empty (a integer)")
        con.execute("create table core.filled as select 1 as a")
    told = {one.table: one.is_equal for one in compare(warehouse, tmp_path / "nowhere")}
    assert told == {"core.empty": True, "core.filled": False}


def test_a_table_only_one_engine_has_is_told(tmp_path: Path) -> None:
    warehouse, tables = tmp_path / "warehouse.duckdb", tmp_path / "tables"
    with duckdb.connect(str(warehouse)) as con:
        con.execute("create schema core")
        con.execute("create table core.dim_items as select 1 as a")
        for folder in ("core.db/dim_items", "core.db/dim_items__arrived", "ops.db/built"):
            (tables / folder).mkdir(parents=True)
            con.execute(f"copy core.dim_items to '{tables / folder}/part.parquet'")
    told = {one.table: one.is_equal for one in compare(warehouse, tables)}
    assert told == {"core.dim_items": True, "core.dim_items__arrived": False}
