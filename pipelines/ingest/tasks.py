"""What the run and a reading process say to each other, and how the process does it.

    Setup ──once──▶  Task: one bunch  ──▶  Answer: outcomes, and the file its rows are in

Rows go through files below lake/incoming, never through the pipe: small files' rows as an Arrow
file, which is read back in one piece, a big file's as its spool.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.ingest.contracts import Contract
from pipelines.ingest.delivery import Delivery
from pipelines.ingest.lake import TableWriter
from pipelines.ingest.mapping.model import Mapping
from pipelines.ingest.reading.reader import Reader
from pipelines.ingest.reading.rows import Rows
from pipelines.settings import Settings


@dataclass(frozen=True)
class Setup:
    """What is the same for all bunches of a batch."""

    contract: Contract
    mappings: list[Mapping]
    settings: Settings
    batch_id: str


@dataclass(frozen=True)
class Task:
    """One bunch to read. `number` is its own in the batch; `room` is where its rows are put."""

    number: int
    mapping: str
    files: list[Delivery]
    zones: dict[str, str]
    room: Path


@dataclass(frozen=True)
class Answer:
    """`outcomes` of the files in their order; where the rows are, if there are any."""

    outcomes: list[dict[str, Any]]
    part: Path | None
    spool: Path | None

    def rows(self) -> Rows:
        """The rows, as if they had been read here; a part is gone afterwards."""
        if self.part is None:
            return Rows(spool=self.spool)
        frame = pl.read_ipc(self.part)
        self.part.unlink()
        return Rows(frame=frame)


class TaskReader:
    """Reads bunches in a reading process."""

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        self._mappings = {mapping.name: mapping for mapping in setup.mappings}

    def read(self, task: Task) -> Answer:
        """Raises whatever reading raises beside Refused."""
        mapping = self._mappings[task.mapping]
        dataset = self._setup.contract.datasets[mapping.dataset]
        for one in task.files:
            one.mapping, one.dataset = mapping, dataset
        spools = count()

        def spool(name: str) -> TableWriter:
            path = task.room / f"{task.number}-{next(spools)}.parquet"
            return TableWriter(path, self._setup.contract.datasets[name], self._setup.batch_id)

        rows = Reader(self._setup.settings, spool).read(task.files, task.zones)
        part = None
        if rows.frame is not None:
            part = task.room / f"{task.number}.arrow"
            rows.frame.write_ipc(part, compression="uncompressed")
        return Answer([one.outcome() for one in task.files], part, rows.spool)
