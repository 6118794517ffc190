"""What Loupe does around Spark, tried without one: its tables are Parquet in folders."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import duckdb
import pytest

from pipelines.build import spark, views
from pipelines.build.clock import Clock
from pipelines.ingest.contracts import load_contract
from pipelines.ingest.lake import refresh_schema
from pipelines.settings import Home, Settings, SettingsError, SparkSettings

ON_SPARK = Settings(engine="spark")


def _node(schema: str, name: str, columns: dict[str, str] | None = None, kind: str = "table"):
    return {
        "resource_type": "model",
        "schema": schema,
        "name": name,
        "columns": {c: {"name": c, "data_type": t} for c, t in (columns or {}).items()},
        "config": {"materialized": kind, "contract": {"enforced": columns is not None}},
    }


STORE_DAYS = _node("kpi", "store_days", {"net_sales": "decimal(18,2)", "business_date": "date"})
TENDERS = _node("staging", "stg_tenders")
MANIFEST = {
    "nodes": {
        "a": STORE_DAYS,
        "b": TENDERS,
        "c": _node("intermediate", "int_days"),
        "d": _node("staging", "stg_view", kind="view"),
    }
}


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home")
    refresh_schema(home, load_contract())
    return home


def _write(tables: Path, part: str, rows: str) -> None:
    (tables / part).parent.mkdir(parents=True, exist_ok=True)
    duckdb.sql(f"copy ({rows}) to '{tables / part}' (format parquet)")


def _asked(home: Home, question: str):
    with duckdb.connect(str(home.warehouse_file)) as con:
        return con.execute(question).fetchall()


def test_tables_kept_by_day_are_shown_with_their_days_in_the_contracts_order(home: Home) -> None:
    tables = home.spark_dir / "tables"
    for day, amount in (("2026-03-01", 10), ("2026-03-02", 20)):
        part = f"kpi.db/store_days/business_date={day}/part.parquet"
        _write(tables, part, f"select cast({amount} as decimal(18, 2)) as net_sales")
    _write(tables, "staging.db/stg_tenders/part.parquet", "select 'T1' as transaction_id")
    spark.show(home, ON_SPARK, MANIFEST)
    shown = _asked(home, "select column_name, column_type from (describe kpi.store_days)")
    assert shown == [("net_sales", "DECIMAL(18,2)"), ("business_date", "DATE")]
    assert _asked(home, "select sum(net_sales), max(business_date)::varchar from kpi.store_days")[
        0
    ] == (30, "2026-03-02")
    assert spark.is_known(home)


def test_a_table_without_a_row_has_no_file_and_is_shown_empty(home: Home) -> None:
    spark.show(home, ON_SPARK, MANIFEST)
    assert _asked(home, "select net_sales from kpi.store_days") == []
    assert _asked(home, "select tender_amount, _scope from staging.stg_tenders") == []


def test_tables_that_are_elsewhere_are_looked_for_there(home: Home, tmp_path: Path) -> None:
    elsewhere = tmp_path / "mounted"
    _write(elsewhere, "staging.db/stg_tenders/part.parquet", "select 'T1' as transaction_id")
    settings = Settings(engine="spark", spark=SparkSettings(tables=str(elsewhere)))
    spark.show(home, settings, MANIFEST)
    assert _asked(home, "select transaction_id from staging.stg_tenders") == [("T1",)]


def test_tables_that_cannot_be_found_are_said_with_the_key_to_set(home: Home) -> None:
    manifest = {"nodes": {"a": _node("staging", "stg_files")}}
    (home.batches / "_schema" / "files.parquet").unlink()
    with pytest.raises(SettingsError, match=r"stg_files is not at .*\[spark\] tables"):
        spark.show(home, ON_SPARK, manifest)


def test_another_project_builds_sparks_tables_afresh(home: Home) -> None:
    assert not spark.is_known(home)
    spark.show(home, ON_SPARK, {"nodes": {}})
    assert spark.is_known(home)
    (home.spark_dir / "built_by.txt").write_text("another")
    assert not spark.is_known(home)


def test_without_the_extra_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(SettingsError, match="make spark"):
        spark.require(ON_SPARK)


def test_without_java_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: object())
    monkeypatch.setattr(spark, "find_java", lambda: None)
    with pytest.raises(SettingsError, match="openjdk-17"):
        spark.require(ON_SPARK)
    spark.require(Settings(engine="spark", spark=SparkSettings(profiles=Path("/cluster"))))


def test_java_home_is_looked_at_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    java = tmp_path / "bin" / "java"
    java.parent.mkdir()
    java.touch()
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    assert spark.find_java() == str(java)


def test_a_change_of_engine_begins_the_warehouse_anew(home: Home) -> None:
    """Views of the one stand where the other wants tables."""
    clock = Clock.start()
    on_duckdb = Settings()
    home.runs.mkdir(parents=True, exist_ok=True)
    from pipelines.build.records import ensure_schema

    ensure_schema(home)
    for settings, full in ((on_duckdb, True), (on_duckdb, False), (ON_SPARK, True)):
        prepared = views.prepare(home, settings, clock)
        assert prepared.full_refresh is full
        with views.connect(home.warehouse_file, settings) as con:
            con.execute("create schema if not exists intermediate")
            con.execute(
                "create or replace table intermediate.int_touched_store_days"
                " (store_id varchar, business_date date)"
            )
        views.mark_built(home.warehouse_file, settings, prepared)
    _asked(home, "create table core_left_over (a integer)")
    assert views.prepare(home, on_duckdb, clock).full_refresh
    assert _asked(home, "select count(*) from duckdb_tables() where table_name = 'core_left_over'")[
        0
    ] == (0,)
