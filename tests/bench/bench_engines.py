"""What the marts cost on each engine: three sizes of network, and a day of full RFID counts.

Processor seconds of the whole process tree are what is compared: they are the same however busy
the machine is, and what a cluster bills. "A core" is one of them busy for a second.
"""

from __future__ import annotations

import os
import tempfile
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

from pipelines.build import views
from pipelines.build.clock import Clock
from pipelines.build.dbt import Dbt, Node
from pipelines.build.records import ensure_schema
from pipelines.ingest.contracts import load_contract
from pipelines.ingest.lake import refresh_schema
from pipelines.settings import Home, Settings
from tests.bench.measure import loupe, processor_seconds, resident_bytes
from tests.bench.rows import Row

SIZES = ((12, 60), (25, 180), (50, 365))
"""Boutiques and days of the networks; a boutique-day is about 160 lines of all exports."""
SCANS = ((500, 500), (5_000, 500), (5_000, 5_000))
"""Boutiques counted on a day, and scans of each: the last is a full RFID count of a large house."""
ENGINES = ("duckdb", "spark")


@dataclass(frozen=True)
class Cost:
    """One build of the marts by one engine."""

    what: str
    engine: str
    rows: int
    processor_seconds: float
    seconds: float
    peak_bytes: int
    nodes: tuple[Node, ...]

    @property
    def rows_a_core_second(self) -> float:
        return self.rows / self.processor_seconds


def rows() -> list[Row]:
    """No promise: the table of the scale note is what comes of it."""
    from tests.bench import scale_note

    scale_note.write("engines", scale_note.tables(measure()))
    return []


def measure() -> list[Cost]:
    """Every size on every engine, then the days of scans."""
    costs = []
    for stores, days in SIZES:
        costs += _network(stores, days)
    return costs + days_of_scans()


def _network(stores: int, days: int) -> list[Cost]:
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder) / "home")
        loupe("demo", "--stores", str(stores), "--days", str(days), "--clean", home=home.root)
        loupe_take_in(home)
        rows = _lake_rows(home)
        what = f"{stores} boutiques, {days} days, all at once"
        costs = []
        for engine in ENGINES:
            builds = _Builds(home, engine)
            costs.append(_measured(engine, what, rows, builds))
            builds.dbt.close()
        return costs


def loupe_take_in(home: Home) -> None:
    """Files into the lake, without building."""
    from tests.bench.measure import python

    python(
        "from pathlib import Path; from pipelines.settings import Home;"
        "from pipelines.ingest.batch import take_in;"
        f"take_in(Home(Path({str(home.root)!r})))"
    )
    ensure_schema(home)


def days_of_scans() -> list[Cost]:
    """Days of counts, each larger and built on top of those before, by each engine in turn."""
    costs: dict[str, list[Cost]] = {}
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder) / "home")
        refresh_schema(home, load_contract())
        ensure_schema(home)
        builds = {engine: _Builds(home, engine) for engine in ENGINES}
        write_counts(home, 0, 1, 10)
        for one in builds.values():
            one.build()
        for day, (stores, scans) in enumerate(SCANS, 1):
            write_counts(home, day, stores, scans)
            what = f"a day of {stores:,} counts, {scans:,} scans each, on top of others"
            for engine, one in builds.items():
                told = _measured(engine, what, stores * scans, one)
                costs.setdefault(what, []).append(told)
        for one in builds.values():
            one.dbt.close()
    return [cost for day in costs.values() for cost in day]


class _Builds:
    """A running dbt and the warehouse it builds, daily or at once."""

    def __init__(self, home: Home, engine: str) -> None:
        self.home = home
        self.settings = Settings(engine=engine, threads=len(os.sched_getaffinity(0)))
        self.dbt = Dbt(home, self.settings)
        self.dbt.parse()
        self._is_first = True

    def build(self) -> list[Node]:
        clock = Clock.start(datetime(2026, 11, 1, 12, tzinfo=UTC))
        if self.settings.engine == "spark":
            nodes = self.dbt.build(
                self.home.warehouse_file, full_refresh=self._is_first, clock=clock
            )
        else:
            prepared = views.prepare(self.home, self.settings, clock)
            nodes = self.dbt.build(self.home.warehouse_file, full_refresh=prepared.full_refresh)
            views.mark_built(self.home.warehouse_file, self.settings, prepared)
        self._is_first = False
        return nodes


def _measured(engine: str, what: str, rows: int, builds: _Builds) -> Cost:
    """Build what is pending, watched."""
    process = builds.dbt.process_id
    peak = [0]
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.1):
            peak[0] = max(peak[0], resident_bytes(process))

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    before, started = processor_seconds(process), time.perf_counter()
    nodes = builds.build()
    spent, seconds = processor_seconds(process) - before, time.perf_counter() - started
    done.set()
    watcher.join()
    return Cost(what, engine, rows, spent, seconds, peak[0], tuple(nodes))


def write_counts(home: Home, day: int, stores: int, scans_a_store: int) -> None:
    """One batch of the lake: a full count of every store, one tagged piece a scan."""
    moment = datetime(2026, 10, 1, 6) + timedelta(days=day)
    batch_id = moment.strftime(views.BATCH_FORMAT)
    folder = home.batches / batch_id
    folder.mkdir(parents=True)
    known = (
        f"'{batch_id}' as _batch_id, 'f' || store_no || '_{day}' as file_id,"
        f" 'd' || store_no || '_{day}' as delivery_id,"
        f" timestamp '{moment}' as known_from, timestamp '{moment}' as received_at"
    )
    with duckdb.connect() as con:
        con.execute(f"create view stores as select range as store_no from range({stores})")
        _write(
            con,
            home,
            folder,
            "count_scans",
            f"""
            select
                'C' || store_no || '_{day}' as count_id, scan_no + 1 as scan_number,
                'S' || store_no as store_id, 1 as count_pass, 'zone ' || scan_no % 12 as zone,
                'I' || hash(scan_no) % 4000 as item_id,
                upper(hex(hash(store_no * 100000 + scan_no))) as serial_number, 1 as quantity,
                timestamp '{moment}' + to_milliseconds(scan_no * 700) as scanned_at,
                'E' || store_no % 40 as counted_by, 'f' || store_no || '_{day}' as _file_id,
                scan_no + 2 as _line_no, '{batch_id}' as _batch_id,
                'C' || store_no || '_{day}' as _scope
            from stores, (select range as scan_no from range({scans_a_store}))
            order by store_no, scan_no
            """,
        )
        _write(
            con,
            home,
            folder,
            "file_scopes",
            f"""
            select 'count_scans' as dataset, 'C' || store_no || '_{day}' as scope,
                1 as sequence_no, {scans_a_store} as row_count, 0 as rejected_count, {known}
            from stores
            """,
        )
        _write(
            con,
            home,
            folder,
            "files",
            f"""
            select 'count_scans' as dataset, 'S' || store_no || '.csv' as file_name,
                'rfid' as source_system, 'native' as mapping, 1 as sequence_no,
                {scans_a_store} as lines_read, {scans_a_store} as rows_loaded, 0 as rows_rejected,
                0 as rows_skipped, 'accepted' as status, 1 as file_bytes, {known}
            from stores
            """,
        )


def _write(
    con: duckdb.DuckDBPyConnection, home: Home, folder: Path, table: str, query: str
) -> None:
    """As the lake keeps it: every column of the contract, in its type."""
    con.execute(f"create or replace view made as {query}")
    made = {name for name, *_ in con.execute("describe made").fetchall()}
    schema = home.batches / "_schema" / f"{table}.parquet"
    columns = ", ".join(
        f"cast({name if name in made else 'null'} as {kind}) as {name}"
        for name, kind, *_ in con.execute(f"describe from read_parquet('{schema}')").fetchall()
    )
    con.execute(
        f"copy (select {columns} from made) to '{folder / table}.parquet'"
        " (format parquet, compression zstd)"
    )


def _lake_rows(home: Home) -> int:
    """Rows of all exports in the lake."""
    with duckdb.connect() as con:
        [(rows,)] = con.execute(
            "select sum(rows_loaded) from read_parquet(?)", [f"{home.batches}/2*/files.parquet"]
        ).fetchall()
    return int(rows)
