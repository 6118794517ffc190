"""Batches written straight into a lake, the way ingestion leaves them, for tests of the models.

A test says what was delivered (`Delivery`); `Lake.commit` writes one batch of it. Nothing here
reads files or judges lines: what arrives is what the test says has arrived.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.ingest.contracts import load_contract
from pipelines.ingest.lake import refresh_schema
from pipelines.ingest.scopes import scope_text
from pipelines.settings import Home

Row = dict[str, Any]


@dataclass(frozen=True)
class Delivery:
    """One file of one dataset: its rows, and the scopes it delivers even without rows."""

    dataset: str
    rows: Sequence[Row] = ()
    days: Sequence[tuple[str, date]] = ()
    exported_at: datetime | None = None
    received_at: datetime | None = None
    rejected: int = 0
    name: str = ""
    part: str | None = None
    """Which part of its store-days the file delivers, where a system writes several files a day."""


@dataclass
class Lake:
    """The lake of a home, growing batch by batch."""

    home: Home
    batches: list[str] = field(default_factory=list)
    _files: int = 0

    def __post_init__(self) -> None:
        refresh_schema(self.home, load_contract())

    def commit(self, *deliveries: Delivery, at: datetime) -> str:
        """Write one batch known from `at` (naive UTC); later deliveries win. Returns its id."""
        batch_id = at.strftime("%Y%m%dT%H%M%S%fZ")
        folder = self.home.batches / batch_id
        folder.mkdir(parents=True)
        books: dict[str, list[Row]] = {"files": [], "file_scopes": []}
        tables: dict[str, list[Row]] = {}
        for sequence_no, delivery in enumerate(deliveries, start=1):
            self._files += 1
            name = delivery.name or f"{delivery.dataset}_{self._files}.csv"
            file_id = hashlib.sha256(f"{name}{self._files}".encode()).hexdigest()
            arrival = {
                "file_id": file_id,
                "delivery_id": hashlib.sha256(f"{batch_id}{name}".encode()).hexdigest()[:16],
                "dataset": delivery.dataset,
                "sequence_no": sequence_no,
                "exported_at": delivery.exported_at,
                "received_at": delivery.received_at or at,
                "known_from": at,
                "_batch_id": batch_id,
            }
            books["files"].append(
                {
                    **arrival,
                    "file_name": name,
                    "source_system": "native",
                    "mapping": "native",
                    "lines_read": len(delivery.rows) + delivery.rejected,
                    "rows_loaded": len(delivery.rows),
                    "rows_rejected": delivery.rejected,
                    "rows_skipped": 0,
                    "status": "accepted",
                    "control_total_check": "absent",
                    "file_bytes": 1,
                }
            )
            books["file_scopes"] += [{**arrival, **scope} for scope in _scopes(delivery)]
            tables.setdefault(delivery.dataset, []).extend(
                {
                    **row,
                    "_file_id": file_id,
                    "_line_no": line_no,
                    "_batch_id": batch_id,
                    "_scope": _scope(delivery, row),
                }
                for line_no, row in enumerate(delivery.rows, start=2)
            )
        for name, rows in tables.items():
            if rows:
                _write(folder / f"{name}.parquet", name, rows)
        for name, rows in books.items():
            _write(folder / f"{name}.parquet", name, rows)
        self.batches.append(batch_id)
        return batch_id


def _scope(delivery: Delivery, row: Row) -> str | None:
    kind = load_contract().datasets[delivery.dataset].scope
    if kind == "store_day":
        return scope_text(row["store_id"], row["business_date"], delivery.part)
    return {"whole_list": "all", "count": row.get("count_id")}.get(kind)


def _scopes(delivery: Delivery) -> list[Row]:
    """The scopes of the rows and those named by the file, with how many rows each has."""
    kind = load_contract().datasets[delivery.dataset].scope
    if kind == "count":
        counts = sorted({row["count_id"] for row in delivery.rows})
        return [
            {
                "scope": count_id,
                "row_count": sum(row["count_id"] == count_id for row in delivery.rows),
                "rejected_count": 0,
            }
            for count_id in counts
        ]
    if kind != "store_day":
        scope = "all" if kind == "whole_list" else None
        return [{"scope": scope, "row_count": len(delivery.rows), "rejected_count": 0}]
    days = {(row["store_id"], row["business_date"]) for row in delivery.rows} | set(delivery.days)
    return [
        {
            "scope": scope_text(store_id, day, delivery.part),
            "scope_part": delivery.part,
            "store_id": store_id,
            "business_date": day,
            "row_count": sum(
                (row["store_id"], row["business_date"]) == (store_id, day) for row in delivery.rows
            ),
            "rejected_count": delivery.rejected,
        }
        for store_id, day in sorted(days)
    ]


def _write(path: Path, table: str, rows: list[Row]) -> None:
    contract = load_contract()
    schema = (contract.datasets | contract.system)[table].schema_in_lake
    told = [{name: row.get(name) for name in schema} for row in rows]
    pl.DataFrame(told, schema=schema, orient="row").write_parquet(path)


def moments(start: datetime, step: timedelta = timedelta(hours=1)):
    """Commit times one after another."""
    while True:
        yield start
        start += step
