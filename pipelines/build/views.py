"""The lake as the warehouse sees it, laid before each build.

`raw` shows every batch and is what a full build reads. `pending` shows only the batches and runs
the warehouse does not hold yet and is what a daily build reads, so that a day's run opens a day's
files: a glob over the whole lake would open every file's footer, and that grows with history.
`raw` views are therefore made when the warehouse is new (binding them reads the lake once) and
left alone after that; their glob sees later batches by itself.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from pipelines.build.clock import RUN_FORMAT, Clock
from pipelines.build.project import fingerprint
from pipelines.ingest.contracts import load_contract
from pipelines.settings import Home, Settings

LAKE_TABLES = ("files", "file_scopes", "rejected_rows", "skipped_rows", "decisions")
RUN_TABLES = {"runs": "run", "check_results": "check_results"}
SCHEMA_FOLDER = "_schema"
_LOCK_SECONDS = 10  # a killed run's children need a moment to notice
BATCH_FORMAT = "%Y%m%dT%H%M%S%fZ"


@dataclass(frozen=True)
class Prepared:
    """What a build has before it: whether it starts afresh, and what is new to the warehouse."""

    full_refresh: bool
    pending_batches: tuple[str, ...]
    pending_runs: tuple[str, ...]


def connect(warehouse: Path, settings: Settings) -> duckdb.DuckDBPyConnection:
    """Open the warehouse for writing; one that cannot be opened is set aside and begun anew.

    It holds nothing that the lake does not (a log torn by a crash is the usual cause).
    """
    warehouse.parent.mkdir(parents=True, exist_ok=True)
    config = settings.duckdb_config()
    patience = time.monotonic() + _LOCK_SECONDS
    while True:
        try:
            return duckdb.connect(str(warehouse), config=config)
        except duckdb.Error as fault:
            locked = isinstance(fault, duckdb.IOException) and "lock" in str(fault).lower()
            if not locked:
                discard(warehouse)
            elif time.monotonic() > patience:
                raise
            time.sleep(0.1)


def discard(warehouse: Path) -> None:
    """Delete a warehouse file and its log; the next build makes it anew from the lake."""
    warehouse.unlink(missing_ok=True)
    warehouse.with_name(warehouse.name + ".wal").unlink(missing_ok=True)


def prepare(
    home: Home,
    settings: Settings,
    clock: Clock,
    *,
    warehouse: Path | None = None,
    batches_until: datetime | None = None,
    runs_before: datetime | None = None,
    afresh: bool = False,
) -> Prepared:
    """Lay the views and the clock; say what there is to build.

    `batches_until` and `runs_before` (naive UTC) leave out what was known later: the warehouse
    then becomes what it was at that moment. `afresh` builds everything again.
    """
    whole = batches_until is None and runs_before is None
    batches = _named(home.batches)
    runs = _named(home.runs)
    if batches_until is not None:
        batches = [b for b in batches if datetime.strptime(b, BATCH_FORMAT) <= batches_until]
    if runs_before is not None:
        runs = [r for r in runs if datetime.strptime(r, RUN_FORMAT) < runs_before]
    warehouse = warehouse or home.warehouse_file
    _part_from_other_engine(warehouse, settings)
    with connect(warehouse, settings) as con:
        for schema in ("raw", "pending", "ops"):
            con.execute(f"create schema if not exists {schema}")
        con.execute("create table if not exists ops.built_batches (batch_id varchar)")
        con.execute("create table if not exists ops.built_runs (run_id varchar)")
        con.execute("create table if not exists ops.built_by (fingerprint varchar)")
        con.execute("create table if not exists ops.build (warehouse_id varchar, build_no integer)")
        con.execute(
            "create table if not exists ops.touched"
            " (build_no integer, store_id varchar, business_date date)"
        )
        full = afresh or _column(con, "ops.built_by") != {_builder(settings)}
        if full:
            con.execute("delete from ops.built_batches; delete from ops.built_runs")
            con.execute("delete from ops.built_by")
            con.execute("delete from ops.touched; delete from ops.build")
            _lay(con, home, "raw", None if whole else batches, None if whole else runs)
        con.execute(
            "insert into ops.build select cast(uuid() as varchar), 0"
            " where not exists (from ops.build)"
        )
        built = _column(con, "ops.built_batches") | _column(con, "ops.built_runs")
        new_batches = [name for name in batches if name not in built]
        new_runs = [name for name in runs if name not in built]
        _lay(con, home, "pending", new_batches, new_runs)
        for schema in ("raw", "pending"):
            con.execute(
                f"create or replace table {schema}.clock (run_id varchar, run_at timestamp)"
            )
            con.execute(f"insert into {schema}.clock values (?, ?)", [clock.run_id, clock.run_at])
    return Prepared(full, tuple(new_batches), tuple(new_runs))


def mark_built(warehouse: Path, settings: Settings, prepared: Prepared) -> None:
    """The warehouse holds what `prepared` named. Said last: a build killed before repeats it.

    Which store-days each build touched is kept beside it: a publish then copies those.
    """
    with connect(warehouse, settings) as con:
        con.begin()
        for table, names in (
            ("batches", prepared.pending_batches),
            ("runs", prepared.pending_runs),
        ):
            if names:
                con.executemany(f"insert into ops.built_{table} values (?)", [[n] for n in names])
        con.execute("delete from ops.built_by")
        con.execute("insert into ops.built_by values (?)", [_builder(settings)])
        con.execute("update ops.build set build_no = build_no + 1")
        if settings.engine == "spark":
            # It keeps its own account of what it has built, which can be ahead of this one: what
            # was touched is not known here, and the publish copies everything.
            con.execute("update ops.build set warehouse_id = cast(uuid() as varchar)")
        else:
            con.execute(
                "insert into ops.touched select build_no, store_id, business_date"
                " from ops.build, intermediate.int_touched_store_days where ?",
                [not prepared.full_refresh],
            )
        con.commit()
        con.execute("checkpoint")


def pending_batches(home: Home, settings: Settings) -> list[Path]:
    """The committed batches the warehouse does not hold yet, oldest first."""
    built: set[str] = set()
    if home.warehouse_file.exists():
        with connect(home.warehouse_file, settings) as con:
            known = con.execute(
                "select count(*) from duckdb_tables() where schema_name = 'ops'"
            ).fetchall()
            if known != [(0,)] and _column(con, "ops.built_by") == {_builder(settings)}:
                built = _column(con, "ops.built_batches")
    return [home.batches / b for b in _named(home.batches) if b not in built]


def _builder(settings: Settings) -> str:
    return f"{settings.engine} {fingerprint()}"


def _part_from_other_engine(warehouse: Path, settings: Settings) -> None:
    """Where another engine's marts are shown, views stand where tables should: begin anew."""
    if not warehouse.exists():
        return
    with connect(warehouse, settings) as con:
        noted = con.execute("from duckdb_tables() where table_name = 'built_by'").fetchall()
        builders = _column(con, "ops.built_by") if noted else set()
    if any(builder.split(" ")[0] != settings.engine for builder in builders):
        discard(warehouse)


def _named(folder: Path) -> list[str]:
    names = sorted(p.name for p in folder.iterdir()) if folder.exists() else []
    return [name for name in names if name != SCHEMA_FOLDER]


def _column(con: duckdb.DuckDBPyConnection, table: str) -> set[str]:
    return {value for (value,) in con.execute(f"from {table}").fetchall()}


def _lay(
    con: duckdb.DuckDBPyConnection,
    home: Home,
    schema: str,
    batches: Iterable[str] | None,
    runs: Iterable[str] | None,
) -> None:
    """Make one view a table; None means all there are, now and later."""
    datasets = [*load_contract().datasets, *LAKE_TABLES]
    for name in datasets:
        _view(con, f"{schema}.{name}", home.batches, f"{name}.parquet", batches)
    for name, file in RUN_TABLES.items():
        _view(con, f"{schema}.{name}", home.runs, f"{file}.parquet", runs)


def _view(
    con: duckdb.DuckDBPyConnection,
    view: str,
    folder: Path,
    file: str,
    names: Iterable[str] | None,
) -> None:
    if names is None:
        source = _quoted(folder / "*" / file)
    else:
        paths = [folder / SCHEMA_FOLDER / file, *(folder / n / file for n in names)]
        source = "[" + ", ".join(_quoted(p) for p in paths if p.exists()) + "]"
    con.execute(
        f"create or replace view {view} as select * from read_parquet({source}, union_by_name=true)"
    )


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
