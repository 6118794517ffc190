"""Which files and scopes have been seen: an index of the manifests, rebuilt from them when absent.

The batches are the truth. What a crash kept from the ledger is absorbed at the next start; a
ledger that names batches which are not there any more is thrown away and built anew.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.ingest.landing import Known, Stamp

_FORMAT = 2
_TABLES = """
create table batches (
    batch_id text primary key, decision_no integer, decision_id text
);
create table paths (
    name text primary key, size integer, mtime_ns integer, inode integer, control text,
    file_id text, considered text
);
create table deliveries (
    delivery_id text primary key, file_id text, dataset text, status text, named text,
    lines_read integer, read_as text, status_reason text, file_name text, batch_id text
);
create index deliveries_of_file on deliveries (file_id);
create table whole_days (
    dataset text, scope text, file_name text, primary key (dataset, scope)
) without rowid;
"""


@dataclass(frozen=True)
class Earlier:
    """An earlier delivery of the same bytes."""

    dataset: str | None
    status: str
    named: str
    # Rows, good or bad; not the lines around them, such as titles. (In the ledger: lines_read.)
    rows: int
    read_as: str
    status_reason: str | None
    file_name: str


@dataclass(frozen=True)
class NewestDecision:
    """The newest decision the lake holds."""

    decision_no: int
    decision_id: str


class Ledger:
    """Open with `Ledger.open(file, batches)`; close when done."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    @classmethod
    def open(cls, file: Path, batches: Path) -> Ledger:
        """The ledger, knowing every committed batch below `batches`."""
        file.parent.mkdir(parents=True, exist_ok=True)
        try:
            ledger = cls(_connect(file))
            committed = _committed(batches)
            seen = ledger._seen()
            if not seen <= committed:
                raise sqlite3.DatabaseError("names batches that are gone")
        except sqlite3.DatabaseError:
            for leftover in file.parent.glob(file.name + "*"):
                leftover.unlink()
            ledger = cls(_connect(file))
            committed, seen = _committed(batches), set()
        for batch_id in sorted(committed - seen):
            ledger.absorb(json.loads((batches / batch_id / "manifest.json").read_text("utf-8")))
        return ledger

    def close(self) -> None:
        self._db.close()

    def _seen(self) -> set[str]:
        return {row[0] for row in self._db.execute("select batch_id from batches")}

    @property
    def newest(self) -> str | None:
        """The newest batch, by name."""
        return self._db.execute("select max(batch_id) from batches").fetchone()[0]

    @property
    def newest_decision(self) -> NewestDecision | None:
        """The newest decision of all batches."""
        row = self._db.execute(
            "select decision_no, decision_id from batches where decision_no is not null"
            " order by decision_no desc limit 1"
        ).fetchone()
        return NewestDecision(*row) if row else None

    def known(self) -> dict[str, Known]:
        """Every path ever received, as it was when last looked at."""
        rows = self._db.execute(
            "select name, size, mtime_ns, inode, control, considered from paths"
        )
        return {row[0]: Known(Stamp(*row[1:5]), row[5]) for row in rows}

    def file_at(self, name: str) -> str | None:
        """The file_id last seen at a path."""
        row = self._db.execute("select file_id from paths where name = ?", (name,)).fetchone()
        return row[0] if row else None

    def earlier(self, file_id: str) -> list[Earlier]:
        """What became of these bytes before, oldest first."""
        rows = self._db.execute(
            "select dataset, status, named, lines_read, read_as, status_reason, file_name "
            "from deliveries where file_id = ? order by batch_id",
            (file_id,),
        )
        return [Earlier(*row) for row in rows]

    def whole_day(self, dataset: str, scope: str) -> str | None:
        """The newest file that delivered the store-day `scope` whole."""
        row = self._db.execute(
            "select file_name from whole_days where dataset = ? and scope = ?", (dataset, scope)
        ).fetchone()
        return row[0] if row else None

    def saw(self, paths: Iterable[tuple[str, Stamp, str, str]]) -> None:
        """Remembers (name, stamp, file_id, considered) of files that brought nothing new."""
        with self._db:
            self._remember(
                (name, s.size, s.mtime_ns, s.inode, s.control, file_id, considered)
                for name, s, file_id, considered in paths
            )

    def absorb(self, manifest: dict[str, Any]) -> None:
        """Takes a committed batch into the index."""
        batch_id = manifest["batch_id"]
        with self._db:
            decided = manifest.get("decisions") or {}
            self._db.execute(
                "insert into batches values (?, ?, ?)",
                (batch_id, decided.get("decision_no"), decided.get("decision_id")),
            )
            self._remember(
                (
                    one["file_name"],
                    one["file_bytes"],
                    one["mtime_ns"],
                    one["inode"],
                    one["control"],
                    one["file_id"],
                    one["considered"],
                )
                for one in manifest["files"]
            )
            self._db.executemany(
                "insert or replace into deliveries values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    (
                        one["delivery_id"],
                        one["file_id"],
                        one["dataset"],
                        one["status"],
                        one["named"],
                        one["rows_loaded"] + one["rows_rejected"],
                        one["read_as"],
                        one["status_reason"],
                        one["file_name"],
                        batch_id,
                    )
                    for one in manifest["files"]
                ),
            )
            self._db.executemany(
                "insert or replace into whole_days values (?, ?, ?)",
                (
                    (one["dataset"], scope["scope"], one["file_name"])
                    for one in manifest["files"]
                    for scope in one["scopes"]
                    if scope["business_date"] and not scope["scope_part"]
                ),
            )

    def _remember(self, rows: Iterable[tuple[Any, ...]]) -> None:
        self._db.executemany("insert or replace into paths values (?, ?, ?, ?, ?, ?, ?)", rows)


def _connect(file: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(file)
    version = connection.execute("pragma user_version").fetchone()[0]
    if version == _FORMAT:
        return connection
    if version:
        connection.close()
        raise sqlite3.DatabaseError("of another format")
    if connection.execute("select count(*) from sqlite_master").fetchone()[0]:
        connection.close()
        raise sqlite3.DatabaseError("half made")
    connection.executescript(f"begin; {_TABLES} pragma user_version = {_FORMAT}; commit;")
    return connection


def _committed(batches: Path) -> set[str]:
    if not batches.is_dir():
        return set()
    return {path.name for path in batches.iterdir() if not path.name.startswith("_")}
