"""Writing the lake: one Parquet file a dataset a batch, whole batches by one rename."""

from __future__ import annotations

import contextlib
import os
import queue
import shutil
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipelines.ingest.contracts import Contract, Dataset
from pipelines.ingest.killpoints import reached
from pipelines.ingest.values import FILE
from pipelines.settings import Home

BATCH_ID = "%Y%m%dT%H%M%S%fZ"
SCHEMA_BATCH = "_schema"
_ROW_GROUP = 120_000
_SAMPLE = 10_000
_FINGERPRINT = "fingerprint.txt"


def next_batch_id(newest: str | None, now: datetime | None) -> tuple[str, datetime]:
    """A batch id later than `newest`, and its moment as naive UTC."""
    moment = (now or datetime.now(UTC)).astimezone(UTC).replace(tzinfo=None)
    if newest is not None:
        last = datetime.strptime(newest, BATCH_ID)
        if moment <= last:
            moment = last + timedelta(microseconds=1)
    return moment.strftime(BATCH_ID), moment


def arrow_schema(schema: dict[str, pl.DataType]) -> pa.Schema:
    """The Parquet schema of polars types."""
    plain = pl.DataFrame(schema=schema).to_arrow(compat_level=pl.CompatLevel.oldest()).schema
    return pa.schema(
        [
            pa.field(f.name, pa.string() if pa.types.is_large_string(f.type) else f.type)
            for f in plain
        ]
    )


@dataclass(frozen=True)
class _Rows:
    """Rows of some files: `frame` says by FILE which of `file_ids` each comes from."""

    frame: pl.DataFrame
    file_ids: list[str]


class TableWriter:
    """Appends rows of a dataset to one Parquet file, row groups as they fill, in its own thread.

    Encoding runs beside the reading of the next block; at most two row groups are in memory.
    """

    def __init__(self, path: Path, dataset: Dataset, batch_id: str) -> None:
        self.path = path
        self.rows = 0
        self._batch_id = batch_id
        self._schema = _dictionary_schema(arrow_schema(dataset.schema_in_lake))
        self._pending: list[_Rows] = []
        self._pending_rows = 0
        self._queue: queue.Queue[list[_Rows] | pa.Table | None] = queue.Queue(1)
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._fault: BaseException | None = None
        self._thread.start()

    def write(self, frame: pl.DataFrame, file_ids: list[str]) -> None:
        """Takes rows with FILE, LINE, the dataset's columns and `_scope`."""
        self._pending.append(_Rows(frame, file_ids))
        self._pending_rows += frame.height
        self.rows += frame.height
        if self._pending_rows >= _ROW_GROUP:
            self._hand_over()

    def write_arrow(self, table: pa.Table) -> None:
        """Takes rows read from another Parquet file of the lake."""
        self._hand_over()
        self.rows += table.num_rows
        self._put(table)

    def close(self) -> None:
        """Finishes the file and brings it to disk."""
        self._hand_over()
        self._put(None)
        self._thread.join()
        if self._fault is not None:
            raise self._fault

    def _hand_over(self) -> None:
        if self._pending:
            self._put(self._pending)
            self._pending, self._pending_rows = [], 0

    def _put(self, rows: list[_Rows] | pa.Table | None) -> None:
        while self._fault is None:
            try:
                self._queue.put(rows, timeout=1)
                return
            except queue.Full:
                continue
        raise self._fault

    def _work(self) -> None:
        try:
            with self.path.open("wb") as file:
                writer = None
                while (rows := self._queue.get()) is not None:
                    table = rows if isinstance(rows, pa.Table) else self._table(rows)
                    table = table.cast(self._schema).unify_dictionaries()
                    writer = writer or _parquet_writer(file, self._schema, table)
                    writer.write_table(table, row_group_size=2 * _ROW_GROUP)
                (writer or _parquet_writer(file, self._schema, None)).close()
                file.flush()
                os.fsync(file.fileno())
        except BaseException as fault:  # handed to the thread that writes
            self._fault = fault

    def _table(self, parts: list[_Rows]) -> pa.Table:
        """The rows as Arrow; what is the same on every line is told once."""
        tables = []
        for part in parts:
            plain = part.frame.drop(FILE).to_arrow(compat_level=pl.CompatLevel.oldest())
            which = part.frame.get_column(FILE).to_arrow().cast(pa.int32())
            here = pa.array(np.zeros(plain.num_rows, dtype=np.int32))
            constant = {
                "_file_id": pa.DictionaryArray.from_arrays(which, part.file_ids),
                "_batch_id": pa.DictionaryArray.from_arrays(here, [self._batch_id]),
            }
            tables.append(
                pa.table(
                    {
                        name: constant[name] if name in constant else plain.column(name)
                        for name in self._schema.names
                    }
                )
            )
        return pa.concat_tables(tables)


def _dictionary_schema(schema: pa.Schema) -> pa.Schema:
    """Text as polars hands it over; the columns that repeat on every line as dictionaries."""
    text = {
        name: pa.dictionary(pa.int32(), pa.string())
        if name in ("_file_id", "_batch_id")
        else pa.large_string()
        for name in schema.names
    }
    return pa.schema(
        [
            pa.field(one.name, text[one.name] if pa.types.is_string(one.type) else one.type)
            for one in schema
        ]
    )


def _parquet_writer(file: IO[bytes], schema: pa.Schema, rows: pa.Table | None) -> pq.ParquetWriter:
    """A writer that keeps dictionaries for the columns that repeat; others pay for none."""
    repeating: list[str] = []
    if rows is not None:
        sample = rows.slice(0, _SAMPLE)
        repeating = [
            name
            for name in schema.names
            if pa.types.is_dictionary(schema.field(name).type)
            or pc.count_distinct(sample.column(name)).as_py() * 2 <= sample.num_rows
        ]
    return pq.ParquetWriter(
        file,
        schema,
        compression="zstd",
        compression_level=1,
        store_decimal_as_integer=True,
        use_dictionary=repeating,
        # Readers shall see plain text, not how Arrow held it.
        store_schema=False,
    )


class BatchFolder:
    """A batch while it is put together, below lake/incoming."""

    def __init__(self, home: Home, batch_id: str, contract: Contract) -> None:
        self._home = home
        self._contract = contract
        self.batch_id = batch_id
        self.path = home.incoming / batch_id
        # Where rows stand until they are joined to a table.
        self.spools = self.path / "spool"
        self.spools.mkdir(mode=0o700, parents=True)
        self._open: dict[str, TableWriter] = {}
        self._adopted: dict[str, list[tuple[Path, int]]] = {}
        self._spooled = 0

    def write(self, dataset: str, rows: pl.DataFrame, file_ids: list[str]) -> None:
        """Takes rows of accepted files, as TableWriter.write does."""
        if rows.is_empty():
            return
        if dataset not in self._open:
            self._open[dataset] = self._writer(self.path / f"{dataset}.parquet", dataset)
        self._open[dataset].write(rows, file_ids)

    def spool(self, dataset: str) -> TableWriter:
        """Where the rows of a big file stand until it is accepted."""
        self._spooled += 1
        return self._writer(self.spools / f"{self._spooled}.parquet", dataset)

    def _writer(self, path: Path, dataset: str) -> TableWriter:
        return TableWriter(path, self._contract.datasets[dataset], self.batch_id)

    def adopt(self, dataset: str, spool: Path, rows: int) -> None:
        """Takes the rows of an accepted big file."""
        if rows:
            self._adopted.setdefault(dataset, []).append((spool, rows))

    def finish_tables(self) -> dict[str, int]:
        """Closes the tables; how many rows each has."""
        for dataset, spools in self._adopted.items():
            if len(spools) == 1 and dataset not in self._open:
                spools[0][0].rename(self.path / f"{dataset}.parquet")
                continue
            if dataset not in self._open:
                self._open[dataset] = self._writer(self.path / f"{dataset}.parquet", dataset)
            for spool, _ in spools:
                for table in row_groups(spool):
                    self._open[dataset].write_arrow(table)
        counts = {}
        for dataset, writer in self._open.items():
            writer.close()
            counts[dataset] = writer.rows
        for dataset, spools in self._adopted.items():
            counts.setdefault(dataset, sum(rows for _, rows in spools))
        shutil.rmtree(self.spools)
        return counts

    def write_book(self, name: str, rows: list[dict[str, object]] | pl.DataFrame) -> None:
        """Writes one of the books of ingestion."""
        schema = self._contract.system[name].schema_in_lake
        frame = (
            rows
            if isinstance(rows, pl.DataFrame)
            else pl.DataFrame(rows, schema=schema, orient="row")
        )
        write_table(self.path / f"{name}.parquet", frame.select(*schema).cast(pl.Schema(schema)))

    def commit(self) -> Path:
        """Everything to disk, then one rename."""
        _sync_folder(self.path)
        reached("before_commit")
        self._home.batches.mkdir(mode=0o700, parents=True, exist_ok=True)
        target = self._home.batches / self.batch_id
        self.path.rename(target)
        _sync_folder(self._home.batches)
        reached("after_commit")
        return target

    def abandon(self) -> None:
        """Throws the batch away."""
        for writer in self._open.values():
            # What it could not write is not wanted any more.
            with contextlib.suppress(Exception):
                writer.close()
        shutil.rmtree(self.path, ignore_errors=True)


def row_groups(path: Path) -> Iterator[pa.Table]:
    """A Parquet file piece by piece."""
    with pq.ParquetFile(path) as file:
        for group in range(file.num_row_groups):
            yield file.read_row_group(group)


def write_table(path: Path, frame: pl.DataFrame) -> None:
    """One small Parquet file, on disk when this returns."""
    table = frame.to_arrow(compat_level=pl.CompatLevel.oldest())
    with path.open("wb") as file:
        pq.write_table(
            table.cast(arrow_schema(dict(frame.schema))),
            file,
            compression="zstd",
            compression_level=1,
            store_decimal_as_integer=True,
        )
        file.flush()
        os.fsync(file.fileno())


def clear_incoming(home: Home) -> None:
    """Throws away what an interrupted run left behind."""
    shutil.rmtree(home.incoming, ignore_errors=True)
    for leftover in home.archive.glob(".*.incoming"):
        leftover.unlink(missing_ok=True)


def refresh_schema(home: Home, contract: Contract) -> None:
    """The `_schema` batch: no rows, every type, so that globs over batches never come up empty."""
    folder = home.batches / SCHEMA_BATCH
    stamp = folder / _FINGERPRINT
    told = f"{contract.fingerprint}\n"
    if stamp.exists() and stamp.read_text("utf-8") == told:
        return
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    tables = {
        name: table.schema_in_lake
        for name, table in [*contract.datasets.items(), *contract.system.items()]
    }
    for name, schema in tables.items():
        fresh = folder / f".{name}.incoming"
        write_table(fresh, pl.DataFrame(schema=schema))
        fresh.replace(folder / f"{name}.parquet")
    for path in folder.glob("*.parquet"):
        if path.stem not in tables:
            path.unlink()
    fresh = folder / ".fingerprint.incoming"
    fresh.write_text(told, "utf-8")
    fresh.replace(stamp)
    _sync_folder(folder)


def current_stores(home: Home) -> Iterable[tuple[str, str]]:
    """(store_id, time_zone) of the newest stores list in the lake."""
    paths = sorted(home.batches.glob("[!_]*/stores.parquet"))
    if not paths:
        return []
    rows = pl.read_parquet(
        paths[-1], columns=["store_id", "time_zone", "_file_id"], hive_partitioning=False
    )
    scopes = pl.read_parquet(paths[-1].with_name("file_scopes.parquet"))
    newest = (
        scopes.filter(pl.col("dataset") == "stores").sort("sequence_no").get_column("file_id")[-1]
    )
    return rows.filter(pl.col("_file_id") == newest).select("store_id", "time_zone").rows()


def _sync_folder(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
