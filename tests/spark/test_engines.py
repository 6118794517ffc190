"""Two engines, one truth: every table of every model equal on DuckDB and on Spark, row by row."""

from __future__ import annotations

import shutil
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.build.catalog import PUBLISHED_SCHEMAS
from pipelines.build.clock import Clock
from pipelines.build.street import Street
from pipelines.demo import write_network
from pipelines.settings import Home, Settings
from tests.spark.comparison import Compared, compare, show
from tests.spark.engines import KilledHere, Spark, broken, build_with_duckdb, write_views
from tests.spark.history import History
from tests.warehouse.builds import at

# Equal because both are empty proves nothing. What nobody has decided, no run before has left and
# no count, memo, repair or supply has told is filled in the history below; the rest in neither,
# because nothing there is mapped, counts across registers, is settled as one sum, explains a gap,
# has a number twice, counts on two days, is in a foreign currency or came after it was told.
FILLED_BY_HISTORY = {
    "core.fct_consignments",
    "core.fct_count_plans",
    "core.fct_count_scans",
    "core.fct_repairs",
    "core.fct_supply_levels",
    "intermediate.int_corrected_rows",
    "intermediate.int_corrected_rows_found",
    "intermediate.int_correction_measures",
    "intermediate.int_correction_state_cells",
    "intermediate.int_correction_states",
    "intermediate.int_corrections",
    "intermediate.int_reopenings",
    "intermediate.int_sign_offs",
    "quality.check_results",
    "quality.corrections",
    "quality.decisions",
    "quality.runs",
    "staging.stg_arrived_decisions",
    "staging.stg_check_results",
    "staging.stg_consignments",
    "staging.stg_corrected_sales_lines",
    "staging.stg_corrected_tenders",
    "staging.stg_corrected_till_closings",
    "staging.stg_count_plans",
    "staging.stg_count_scans",
    "staging.stg_decisions",
    "staging.stg_repairs",
    "staging.stg_runs",
    "staging.stg_supply_levels",
}
FILLED_BY_NONE = {
    "intermediate.int_card_batches",
    "intermediate.int_counter_scopes",
    "intermediate.int_findings_f5",
    "intermediate.int_foreign_amounts",
    "intermediate.int_gap_reasons",
    "intermediate.int_late_versions",
    "intermediate.int_repeated_numbers",
    "intermediate.int_repeated_receipts",
    "intermediate.receipt_counter_scopes",
    "quality.skipped_rows",
    "staging.stg_skipped_rows",
}

# What the last build had to work on: all there is, where it built all at once.
ABOUT_THE_BUILD = {
    "intermediate.int_snapshot_days",
    "intermediate.int_touched_store_days",
    "staging.stg_arrived_decisions",
    "staging.stg_arrived_scopes",
}


def test_a_demonstration_network_is_equal_on_both(
    tmp_path: Path, pytestconfig: pytest.Config, capsys: pytest.CaptureFixture
) -> None:
    """The whole street on Spark, from files to the published marts, against DuckDB's warehouse."""
    stores, days = pytestconfig.getoption("--stores"), pytestconfig.getoption("--days")
    home, twin = Home(tmp_path / "home"), Home(tmp_path / "twin")
    until = date(2026, 3, 20)  # with a change of the clocks and an end of a month before it
    write_network(home.landing, home.truth_file, stores=stores, days=days, until=until)
    now = datetime(2026, 3, 22, 12, 30, 15, tzinfo=UTC)
    with Street(home, Settings(engine="spark"), now=now) as street:
        street.take_in()
        shutil.copytree(home.lake, twin.lake)
        street.judge_incoming()
        street.build()
        street.judge_outgoing()
        published = street.publish()
        clock = street.clock
        models = _models(street.manifest)
    write_views(home)
    warehouse = build_with_duckdb(twin, clock)
    compared = compare(warehouse, home.spark_dir / "tables")
    _tell(capsys, compared, f"{stores} boutiques, {days} days, all at once on both engines")
    assert models - {one.table for one in compared} == set()
    assert _empty(compared) - FILLED_BY_HISTORY - FILLED_BY_NONE == set()
    assert [one for one in compared if not one.is_equal] == []
    assert _not_published(warehouse, published / "loupe.duckdb") == {}


def test_a_day_at_a_time_on_spark_equals_all_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    """Files of any kind, decisions and runs, one build killed, against one build by DuckDB."""
    history = History(Home(tmp_path / "home"), seed=23)
    clock = Clock("run_20250101T000000000000Z", at(9, 15))
    with Spark(history.home) as spark:
        history.go_on(batches=3)
        assert not broken(spark.build(clock, full=True))
        history.go_on(batches=3)
        with pytest.raises(KilledHere):
            spark.build(clock, full=False, kill_after=45)
        assert not broken(spark.build(clock, full=False))
    write_views(history.home)
    compared = compare(build_with_duckdb(history.home, clock), spark.tables)
    _tell(capsys, compared, "Spark batch by batch, killed once; DuckDB all at once")
    assert _empty(compared) & FILLED_BY_HISTORY == set()
    unequal = {one.table for one in compared if not one.is_equal}
    assert unequal - ABOUT_THE_BUILD == set()


def _models(manifest: dict[str, Any]) -> set[str]:
    """Every model and seed of the project."""
    return {
        f"{node['schema']}.{node['name']}"
        for node in manifest["nodes"].values()
        if node["resource_type"] in ("model", "seed")
        and node["config"]["materialized"] != "ephemeral"
    }


def _empty(compared: list[Compared]) -> set[str]:
    return {one.table for one in compared if not one.rows[0]}


def _not_published(warehouse: Path, published: Path) -> dict[str, int]:
    """Rows of DuckDB's marts that the publish of Spark's does not hold, by table."""
    with duckdb.connect() as con:
        con.execute(f"attach '{warehouse}' as built (read_only)")
        con.execute(f"attach '{published}' as published (read_only)")
        tables = con.execute(
            "select schema_name || '.' || table_name from duckdb_tables() where"
            f" database_name = 'built' and list_contains({list(PUBLISHED_SCHEMAS)}, schema_name)"
        ).fetchall()
        missing = {
            table: con.execute(
                f"select count(*) from (from built.{table} except all from published.{table})"
            ).fetchone()[0]
            for (table,) in tables
        }
    assert len(missing) > 20
    return {table: rows for table, rows in missing.items() if rows}


def _tell(capsys: pytest.CaptureFixture, compared: list[Compared], title: str) -> None:
    with capsys.disabled():
        print()
        show(compared, title)
