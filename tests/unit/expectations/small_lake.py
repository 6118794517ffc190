"""A lake of one batch that keeps every promise, small enough to break on purpose.

Its rows are made from the contract, so a new column or promise is in the tests without a word here.
"""

from __future__ import annotations

import copy
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.ingest.contracts import Column, Contract, Dataset

BATCH = "20260105T060000000000Z"
COMMITTED = datetime(2026, 1, 5, 6)
DAY = date(2026, 1, 4)
STORE = "S1"
BOOKS = ("files", "file_scopes", "rejected_rows", "skipped_rows")
KNOWN_VALUES: dict[str, Any] = {
    "store_id": STORE,
    "item_id": "I1",
    "transaction_id": "T1",
    "currency": "USD",
    "business_date": DAY,
}
PATTERN_SAMPLES = {"[A-Z]{3}": "USD", "[0-9]{4}": "4242"}

Row = dict[str, Any]


SAMPLES: dict[str, Any] = {
    "date": DAY,
    "timestamp": datetime(2026, 1, 4, 15, 30),
    "boolean": False,
}


def good_value(column: Column) -> Any:
    """A value the contract accepts."""
    if column.name in KNOWN_VALUES:
        return KNOWN_VALUES[column.name]
    if column.one_of:
        return column.one_of[0]
    if column.pattern:
        return PATTERN_SAMPLES[column.pattern]
    if column.data_type == "varchar":
        return f"{column.name} 1"
    number = 1 if column.at_least is None else max(1, int(column.at_least))
    decimal = column.data_type.startswith("decimal")
    return SAMPLES.get(column.data_type, Decimal(number) if decimal else number)


def bad_value(column: Column, kind: str) -> Any:
    """A value that breaks the column's promise of that kind, and no other of them."""
    if kind == "required":
        return None
    if kind in ("one_of", "pattern"):
        return "no such thing"
    beyond = column.at_least - 1 if column.at_least is not None else (column.at_most or 0) + 1
    return Decimal(int(beyond)) if column.data_type.startswith("decimal") else int(beyond)


class SmallLake:
    """One batch as rows by table; `write` makes it files. Change `rows` and `drop` as you like."""

    def __init__(self, contract: Contract) -> None:
        self.contract = contract
        self.rows: dict[str, list[Row]] = {book: [] for book in BOOKS}
        self.frames: dict[str, pl.DataFrame] = {}
        """Tables written as they stand here instead of from `rows`: for wrong columns and types."""
        for dataset in contract.datasets.values():
            self.rows[dataset.name] = [good_row(dataset)]
            self.book(dataset.name)

    def copied(self) -> SmallLake:
        return copy.deepcopy(self)

    def book(self, name: str, *, file: str | None = None, sequence_no: int = 1) -> None:
        """Enters a file of dataset `name` in the books as the rows that carry its id are."""
        file = file or file_of(name)
        rows = [row for row in self.rows[name] if row["_file_id"] == file]
        self.rows["files"].append(
            {
                "delivery_id": f"d-{file}",
                "file_id": file,
                "file_name": f"{file}.csv",
                "dataset": name,
                "sequence_no": sequence_no,
                "lines_read": len(rows),
                "rows_loaded": len(rows),
                "rows_rejected": 0,
                "rows_skipped": 0,
                "status": "accepted",
                "control_total_check": "absent",
                "known_from": COMMITTED,
                "_batch_id": BATCH,
            }
        )
        scopes = {row["_scope"]: row for row in rows}
        for scope, row in scopes.items():
            self.rows["file_scopes"].append(
                {
                    "dataset": name,
                    "scope": scope,
                    "store_id": row.get("store_id"),
                    "business_date": row.get("business_date"),
                    "file_id": file,
                    "delivery_id": f"d-{file}",
                    "sequence_no": sequence_no,
                    "row_count": sum(other["_scope"] == scope for other in rows),
                    "rejected_count": 0,
                    "known_from": COMMITTED,
                    "_batch_id": BATCH,
                }
            )

    def rebook(self, name: str) -> None:
        """Enters every file of a dataset anew, after its rows were changed on purpose."""
        for book in ("files", "file_scopes"):
            self.rows[book] = [row for row in self.rows[book] if row["dataset"] != name]
        for number, file in enumerate(dict.fromkeys(r["_file_id"] for r in self.rows[name])):
            self.book(name, file=file, sequence_no=number + 1)

    def file(self, name: str) -> Row:
        """The books' row on a dataset's first file."""
        return next(row for row in self.rows["files"] if row["dataset"] == name)

    def scope(self, name: str) -> Row:
        return next(row for row in self.rows["file_scopes"] if row["dataset"] == name)

    def add(self, name: str, **changes: Any) -> Row:
        """One more row like the first, on its own line, with `changes`."""
        row = {**self.rows[name][0], "_line_no": 2 + len(self.rows[name]), **changes}
        self.rows[name].append(row)
        return row

    def write(self, folder: Path, only: set[str] | None = None) -> Path:
        """Writes the batch below `folder`; returns the batch's folder."""
        tables = {**self.contract.datasets, **{b: self.contract.system[b] for b in BOOKS}}
        schema, batch = folder / "_schema", folder / BATCH
        schema.mkdir(parents=True)
        batch.mkdir()
        for name, table in tables.items():
            table.empty().write_parquet(schema / f"{name}.parquet")
            if only is not None and name not in {*only, *BOOKS, "stores", "items"}:
                continue
            rows = [{c: row.get(c) for c in table.schema_in_lake} for row in self.rows[name]]
            frame = self.frames.get(name)
            if frame is None:
                frame = pl.DataFrame(rows, schema=table.schema_in_lake)
            frame.write_parquet(batch / f"{name}.parquet")
        return batch


def file_of(name: str) -> str:
    return f"file of {name}"


def good_row(dataset: Dataset) -> Row:
    """One row that keeps every promise of its dataset."""
    row = {name: good_value(column) for name, column in dataset.columns.items()}
    scope = {
        "store_day": f"{STORE}|{DAY}",
        "whole_list": "all",
        "count": row.get("count_id"),
        "key": None,
    }[dataset.scope]
    address = {"_file_id": file_of(dataset.name), "_line_no": 2, "_batch_id": BATCH}
    return {**row, **address, "_scope": scope}
