"""The books of a batch: which files came, what each delivered, which lines were left out and why.

files · file_scopes · skipped_rows · rejected_rows      tables of the lake
manifest.json                                           the same for the ledger
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import polars as pl

from pipelines.ingest.contracts import Contract
from pipelines.ingest.delivery import Delivery
from pipelines.ingest.lake import BatchFolder

_NEWEST = ("decision_no", "decision_id")


@dataclass
class _Books:
    files: list[dict[str, Any]] = field(default_factory=list)
    scopes: list[dict[str, Any]] = field(default_factory=list)
    skipped: list[dict[str, Any]] = field(default_factory=list)
    rejected: list[pl.DataFrame] = field(default_factory=list)
    manifest: list[dict[str, Any]] = field(default_factory=list)


class Bookkeeper:
    """Writes the books of one batch, committed at `moment` (naive UTC).

    `unsettled` names the files that wait for another dataset's sake: they are looked at again.
    """

    def __init__(
        self,
        folder: BatchFolder,
        contract: Contract,
        moment: datetime,
        considered: str,
        unsettled: set[str],
    ) -> None:
        self._folder = folder
        self._contract = contract
        self._moment = moment
        self._considered = considered
        self._unsettled = unsettled
        self._stamp = {"known_from": moment, "_batch_id": folder.batch_id}

    def write(
        self, deliveries: list[Delivery], rows: dict[str, int], decisions: pl.DataFrame
    ) -> dict[str, Any]:
        """Writes them, and gives the manifest. `rows`: how many each dataset has.

        `decisions` are new ones, in order, or none.
        """
        books = _Books()
        for one in deliveries:
            self._enter(one, books)
        self._folder.write_book("files", books.files)
        self._folder.write_book("file_scopes", books.scopes)
        self._folder.write_book("skipped_rows", books.skipped)
        self._folder.write_book("rejected_rows", self._rejected(books.rejected))
        if decisions.height:
            self._folder.write_book("decisions", self._stamped(decisions))
        return self._manifest(books.manifest, rows, decisions)

    def _enter(self, one: Delivery, books: _Books) -> None:
        dataset = one.dataset.name if one.dataset else None
        told = f"{self._folder.batch_id}|{one.found.name}|{dataset or ''}"
        delivery_id = hashlib.sha256(told.encode()).hexdigest()[:16]
        whose = {"delivery_id": delivery_id, "file_id": one.kept.file_id}
        when = {
            "received_at": one.found.received_at,
            "exported_at": _naive(one.exported_at),
            "sequence_no": one.sequence_no,
        }
        row = {
            **whose,
            "file_name": one.found.name,
            "source_system": one.mapping.system if one.mapping else None,
            "mapping": one.mapping.name if one.mapping else None,
            "mapping_version": one.mapping.version if one.mapping else None,
            "dataset": dataset,
            **when,
            "lines_read": one.lines_read,
            "rows_loaded": one.loaded if one.status == "accepted" else 0,
            "rows_rejected": one.rejected,
            "rows_skipped": one.rows_skipped,
            "status": one.status,
            "status_reason": one.reason,
            "control_total_check": one.control_check,
            "file_bytes": one.found.stamp.size,
        }
        books.files.append({**row, **self._stamp})
        books.scopes.extend(
            {"dataset": dataset, **scope, **whose, **when, **self._stamp} for scope in one.scopes
        )
        books.skipped.extend(
            {**whose, "dataset": dataset, "reason": reason, "row_count": lines, **self._stamp}
            for reason, lines in one.skipped.items()
        )
        if one.faults.height:
            books.rejected.append(
                one.recorded_faults.rename({"_line_no": "line_no"}).with_columns(
                    pl.lit(text).alias(name) for name, text in {**whose, "dataset": dataset}.items()
                )
            )
        books.manifest.append(
            {
                **row,
                "mtime_ns": one.found.stamp.mtime_ns,
                "inode": one.found.stamp.inode,
                "control": one.found.stamp.control,
                "considered": "" if one.found.name in self._unsettled else self._considered,
                "read_as": one.read_as,
                "named": one.named_as,
                "skipped": one.skipped,
                "scopes": one.scopes,
            }
        )

    def _rejected(self, rejected: list[pl.DataFrame]) -> pl.DataFrame:
        schema = self._contract.system["rejected_rows"].schema_in_lake
        faults = pl.concat(rejected) if rejected else pl.DataFrame(schema=schema)
        return self._stamped(faults)

    def _stamped(self, rows: pl.DataFrame) -> pl.DataFrame:
        return rows.with_columns(
            pl.lit(self._moment, dtype=pl.Datetime("us")).alias("known_from"),
            pl.lit(self._folder.batch_id).alias("_batch_id"),
        )

    def _manifest(
        self, files: list[dict[str, Any]], rows: dict[str, int], decisions: pl.DataFrame
    ) -> dict[str, Any]:
        newest = decisions.tail(1).to_dicts()
        told = {
            "batch_id": self._folder.batch_id,
            "committed_at": self._moment,
            "datasets": rows,
            "decisions": {k: newest[0][k] for k in _NEWEST} if newest else None,
            "files": files,
        }
        text = json.dumps(told, default=_json, ensure_ascii=False)
        with (self._folder.path / "manifest.json").open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        return json.loads(text)


def _naive(moment: datetime | None) -> datetime | None:
    return moment.astimezone(UTC).replace(tzinfo=None) if moment is not None else None


def _json(told: Any) -> Any:
    if isinstance(told, datetime):
        return told.isoformat(timespec="microseconds") + "Z"
    if isinstance(told, date):
        return told.isoformat()
    raise TypeError(type(told))
