"""Audited marts into a folder of their own, then one pointer: readers see all of it or none.

    warehouse.duckdb ─▶ published/.draft-<run>/loupe.duckdb ─ rename ─▶ published/<run>/ ─▶ CURRENT

A publish starts from a copy of the one before: of what is kept by store-day, only the store-days
touched since are copied again, so that publishing a day costs a day. Where anything is in doubt
(another warehouse, other row counts) the table is copied whole.

A published name is never used again: DuckDB keeps the old rows of a replaced file visible to
every connection of a process that still has one open, so a reader would mix two runs.
"""

from __future__ import annotations

import json
import os
import shutil
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from pipelines.build import catalog, decided, records
from pipelines.build.clock import RUN_FORMAT
from pipelines.ingest.killpoints import reached
from pipelines.settings import Home, Settings

DATABASE = "loupe.duckdb"
BUILD = "build.json"
"""Which build of which warehouse a publish shows."""
BY_STORE_DAY = "replace_store_days"


def draft_marts(
    home: Home,
    settings: Settings,
    manifest: dict[str, Any],
    name: str,
    *,
    warehouse: Path | None = None,
    before: Path | None = None,
) -> Path:
    """Copy the marts of `warehouse` into a folder no reader looks at; returns it.

    `before` is an earlier publish to start from.
    """
    draft = home.published / f".draft-{name}"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    build = _copy(warehouse or home.warehouse_file, draft / DATABASE, settings, manifest, before)
    (draft / BUILD).write_text(json.dumps(build), "utf-8")
    return draft


def publish(
    home: Home,
    draft: Path,
    run: pl.DataFrame,
    checks: pl.DataFrame,
    *,
    name: str | None = None,
    move_pointer: bool = True,
) -> Path:
    """Publish what `draft_marts` made; returns the folder.

    `run` and `checks` are this run's record, added to `quality.runs` and `quality.check_results`
    so that the published file tells how it came about.
    """
    run_id = name or run["run_id"].item()
    facts = _sign(draft / DATABASE, run, checks)
    records.write_files(draft, run, checks)
    told = {
        **{key: _text(value) for key, value in run.row(0, named=True).items()},
        **facts,
        "published_at": _text(run["finished_at"].item()),
        "checks": {
            "passed": checks.filter(pl.col("passed")).height,
            "failed": checks.filter(~pl.col("passed") & (pl.col("severity") == "block")).height,
            "warned": checks.filter(~pl.col("passed") & (pl.col("severity") == "warn")).height,
        },
    }
    (draft / "run.json").write_text(json.dumps(told, indent=2), "utf-8")
    for path in draft.iterdir():
        _sync(path)
    _sync(draft)
    folder = home.published / run_id
    draft.rename(folder)
    _sync(home.published)
    reached("before_pointer")
    if move_pointer:
        records.replace_text(home.current_pointer, run_id + "\n")
    return folder


def clear_drafts(home: Home) -> None:
    """Remove what killed runs left half made."""
    for draft in home.published.glob(".draft-*"):
        shutil.rmtree(draft, ignore_errors=True)


def retire(home: Home, settings: Settings, today: date) -> list[str]:
    """Delete publishes that are neither young, nor a month's last, nor current; names them.

    A run that a month was locked with is never deleted, nor anything while nobody can say which.
    """
    locked = decided.locked_runs(home)
    if locked is None:
        return []
    runs = sorted(p.name for p in home.published.glob("run_*") if p.is_dir())
    keep = {records.current_run(home), *locked}
    last_of_month: dict[tuple[int, int], str] = {}
    for run in runs:
        day = datetime.strptime(run, RUN_FORMAT).date()
        last_of_month[day.year, day.month] = run
        if today - day <= timedelta(days=settings.keep_days):
            keep.add(run)
    if settings.keep_month_ends:
        keep |= set(last_of_month.values())
    gone = [run for run in runs if run not in keep]
    for run in gone:
        shutil.rmtree(home.published / run, ignore_errors=True)
    return gone


def _copy(
    warehouse: Path,
    target: Path,
    settings: Settings,
    manifest: dict[str, Any],
    before: Path | None,
) -> dict[str, Any]:
    with duckdb.connect(config=settings.duckdb_config()) as con:
        con.execute(f"attach {_quoted(str(warehouse))} as built (read_only)")
        build = _build(con)
        since = _known_through(before, build)
        if before is not None and since is not None:
            shutil.copyfile(before / DATABASE, target)
        con.execute(f"attach {_quoted(str(target))} as published")
        for schema in catalog.PUBLISHED_SCHEMAS:
            con.execute(f"create schema if not exists published.{schema}")
        models = catalog.published_models(manifest)
        grown = {
            t for t, n in models.items() if n["config"].get("incremental_strategy") == BY_STORE_DAY
        }
        # Dropped first and all together: the new rows then go where the old ones were.
        for table in models.keys() - grown:
            con.execute(f"drop table if exists published.{table}")
        con.execute("checkpoint published")
        for table, node in models.items():
            if since is None or table not in grown or not _copy_touched(con, table, since):
                con.execute(f"create or replace table published.{table} as from built.{table}")
            _describe(con, table, node)
        for table, frame, comment in (
            ("dictionary", catalog.dictionary(manifest), catalog.DICTIONARY_COMMENT),
            ("lineage", catalog.lineage(manifest), catalog.LINEAGE_COMMENT),
        ):
            con.register("own_rows", frame.to_arrow())
            con.execute(f"create or replace table published.quality.{table} as from own_rows")
            con.execute(f"comment on table published.quality.{table} is {_quoted(comment)}")
        con.execute("checkpoint published")
    return build


def _build(con: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    [(warehouse_id, build_no)] = con.execute("from built.ops.build").fetchall()
    return {"warehouse_id": warehouse_id, "build_no": build_no}


def _known_through(before: Path | None, build: dict[str, Any]) -> int | None:
    """The build the earlier publish shows, when it is one of this same warehouse."""
    if before is None:
        return None
    try:
        told = json.loads((before / BUILD).read_text("utf-8"))
        warehouse_id, build_no = told["warehouse_id"], int(told["build_no"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    same = warehouse_id == build["warehouse_id"]
    return build_no if same and build_no <= build["build_no"] else None


def _copy_touched(con: duckdb.DuckDBPyConnection, table: str, since: int) -> bool:
    """Copy the store-days touched since that build; false when the rows do not add up."""
    touched = (
        "(select distinct store_id, business_date from built.ops.touched"
        f" where build_no > {since}) as touched"
    )
    same_day = "rows.store_id = touched.store_id and rows.business_date = touched.business_date"
    con.execute(f"delete from published.{table} as rows using {touched} where {same_day}")
    con.execute(
        f"insert into published.{table}"
        f" select rows.* from built.{table} as rows inner join {touched} on {same_day}"
    )
    [(published, built)] = con.execute(
        f"select (select count(*) from published.{table}), (select count(*) from built.{table})"
    ).fetchall()
    return published == built


def _sign(database: Path, run: pl.DataFrame, checks: pl.DataFrame) -> dict[str, Any]:
    """Add the run's own record; returns what `run.json` says of the data."""
    with duckdb.connect(str(database)) as con:
        for table, rows in (("quality.runs", run), ("quality.check_results", checks)):
            con.register("own_rows", rows.to_arrow())
            con.execute(f"insert into {table} by name select * from own_rows")
        facts = _facts(con)
        con.execute("checkpoint")
    return facts


def _describe(con: duckdb.DuckDBPyConnection, table: str, node: dict[str, Any]) -> None:
    """Create-table-as drops comments; say them again."""
    con.execute(f"comment on table published.{table} is {_quoted(node['description'])}")
    there = {
        name
        for (name,) in con.execute(
            "select column_name from duckdb_columns() where database_name = 'published' "
            "and schema_name = ? and table_name = ?",
            [node["schema"], node["name"]],
        ).fetchall()
    }
    for column in node["columns"].values():
        if column["name"] in there:
            con.execute(
                f"comment on column published.{table}.{column['name']} "
                f"is {_quoted(column['description'])}"
            )


def _facts(con: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """The newest day with figures, and the newest day on which nothing is owed any more."""
    [(newest, complete)] = con.execute(
        """
        select
            max(business_date) filter (where status not in ('waiting', 'closed')),
            max(business_date) filter (where status in ('complete', 'signed_off'))
        from finance.store_days
        """
    ).fetchall()
    [(decision,)] = con.execute("select max(decision_no) from quality.decisions").fetchall()
    return {
        "data_as_of": _text(newest),
        "newest_complete_day": _text(complete),
        "newest_decision": decision or 0,
    }


def _text(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat("T") + "Z"
    return value.isoformat() if isinstance(value, date) else value


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
