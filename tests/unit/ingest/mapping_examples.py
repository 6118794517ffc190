"""Takes in one example file of a shipped mapping and says what its lines became."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl

from pipelines.settings import Settings
from tests.unit.ingest.conftest import Network
from tests.unit.ingest.ingest_exports import STORES

EXAMPLES = Path(__file__).parent / "examples"


class Examples:
    """The example files of one system, handed in one at a time."""

    def __init__(self, network: Network, system: str) -> None:
        self._network = network
        self._system = system
        network.put("stores_20260101.csv", STORES)

    def take(
        self,
        name: str,
        dataset: str,
        *,
        at: str | None = None,
        encoding: str | None = None,
        tolerance: float | None = None,
    ) -> dict[int, dict[str, Any]]:
        """The rows of `dataset` by line, once the file lies in the landing folder as `at`."""
        if tolerance is not None:
            self._network.settings = Settings(quiet_seconds=0, reject_tolerance=tolerance)
        data = (EXAMPLES / self._system / name).read_bytes()
        if encoding is not None:
            data = data.decode("utf-8").encode(encoding)
        self._network.put(at or f"{self._system}/{name}", data)
        (outcome,) = [one for one in self._network.take_in().files if one.dataset == dataset]
        assert outcome.status == "accepted", outcome.reason
        rows = self._network.table(dataset).sort("_line_no")
        return {row["_line_no"]: row for row in rows.iter_rows(named=True)}

    def skipped(self) -> dict[str, int]:
        """How many lines were left out, by reason."""
        rows = self._network.table("skipped_rows")
        return dict(rows.group_by("reason").agg(pl.col("row_count").sum()).rows())

    def rejected(self) -> list[tuple[int, str, str]]:
        """Line, column and rule of each line set aside."""
        rows = self._network.table("rejected_rows").sort("line_no")
        return rows.select("line_no", "column_name", "rule").rows()
