"""One file read as one dataset: what is known before it is read, and what became of it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.ingest.archive import Kept
from pipelines.ingest.contracts import Dataset
from pipelines.ingest.landing import Found
from pipelines.ingest.mapping.file_names import Named
from pipelines.ingest.mapping.model import Mapping
from pipelines.ingest.mapping.own_headers import LINE
from pipelines.ingest.readers import Refused
from pipelines.ingest.values import no_faults

# Of a refused file this many bad lines are recorded: they show what is wrong with it.
KEPT_OF_REFUSED = 1_000
# What reading settles of a delivery.
_SETTLED = (
    "status",
    "reason",
    "exported_at",
    "lines_read",
    "rejected",
    "skipped",
    "scopes",
    "faults",
    "control_check",
    "sums",
    "zones",
    "findings",
)


@dataclass
class Control:
    """Control totals that came beside a file."""

    rows: int | None
    sums: dict[str, Decimal]

    @classmethod
    def read(cls, path: Path, dataset: Dataset) -> Control:
        """Raises Refused when they cannot be used."""
        try:
            told = json.loads(path.read_text("utf-8"))
            rows = told.get("rows")
            sums = {name: Decimal(str(total)) for name, total in told.get("sums", {}).items()}
            if rows is not None and (not isinstance(rows, int) or isinstance(rows, bool)):
                raise ValueError("rows is no whole number")
            if strange := set(told) - {"rows", "sums"}:
                raise ValueError(f"{', '.join(sorted(strange))} is not known; rows and sums are")
        except (OSError, ValueError, AttributeError, InvalidOperation, RecursionError) as fault:
            raise Refused(f"its control totals ({path.name}) cannot be read: {fault}") from fault
        for name in sums:
            column = dataset.columns.get(name)
            if column is None or column.data_type in ("varchar", "date", "timestamp", "boolean"):
                raise Refused(
                    f"its control totals ({path.name}) sum {name}, which is no number of "
                    f"{dataset.name}"
                )
        return cls(rows, sums)


@dataclass(eq=False)
class Delivery:
    """One file read as one dataset, and what became of it."""

    found: Found
    kept: Kept
    dataset: Dataset | None
    mapping: Mapping | None
    named: Named
    read_as: str = ""
    sequence_no: int = 0
    status: str = ""
    reason: str | None = None
    exported_at: datetime | None = None
    lines_read: int = 0
    rejected: int = 0
    skipped: dict[str, int] = field(default_factory=dict)
    scopes: list[dict[str, Any]] = field(default_factory=list)
    faults: pl.DataFrame = field(default_factory=no_faults)
    control_check: str = "absent"
    control: Control | None = None
    sums: dict[str, Decimal] = field(default_factory=dict)
    # Time zone of each store, when this is a stores list.
    zones: dict[str, str] = field(default_factory=dict)
    # What was found out about the file: its encoding, its separator, how it writes numbers.
    findings: dict[str, str] = field(default_factory=dict)

    @property
    def read_with(self) -> tuple[Mapping, Dataset]:
        """What it is read with; an `unread` copy has neither."""
        assert self.mapping is not None and self.dataset is not None
        return self.mapping, self.dataset

    @property
    def rows_skipped(self) -> int:
        return sum(self.skipped.values())

    @property
    def loaded(self) -> int:
        return self.lines_read - self.rejected - self.rows_skipped

    @property
    def named_as(self) -> str:
        """What the name says of the content: tells deliveries of equal bytes apart."""
        told = {key: text for key, text in self.named.groups.items() if key != "suffix"}
        return json.dumps(told, sort_keys=True)

    @property
    def recorded_faults(self) -> pl.DataFrame:
        """The bad lines that are put on record."""
        if self.status == "refused" and self.faults.height > KEPT_OF_REFUSED:
            return self.faults.sort(LINE).head(KEPT_OF_REFUSED)
        return self.faults

    def refuse(self, reason: str) -> None:
        self.status, self.reason = "refused", reason
        self.scopes = []

    def skip(self, reason: str, lines: int) -> None:
        self.skipped[reason] = self.skipped.get(reason, 0) + lines

    # ── between processes ────────────────────────────────────────────────────────────────────

    def unread(self) -> Delivery:
        """A copy to be read elsewhere, by a mapping and a dataset that are known there."""
        return replace(self, found=replace(self.found, claims=[]), dataset=None, mapping=None)

    def outcome(self) -> dict[str, Any]:
        """What reading settled."""
        return {name: getattr(self, name) for name in _SETTLED}

    def settle(self, outcome: dict[str, Any]) -> None:
        """Takes over what reading a copy settled."""
        for name in _SETTLED:
            setattr(self, name, outcome[name])
