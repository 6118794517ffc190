"""A home of its own for each test, and short words for writing exports into it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import polars as pl
import pytest

from pipelines.ingest.batch import BatchResult, FileOutcome, take_in
from pipelines.settings import Home, Settings


@dataclass
class Network:
    """A home, and what happens in it."""

    home: Home
    settings: Settings = field(default_factory=lambda: Settings(quiet_seconds=0))

    def put(self, name: str, content: str | bytes) -> Path:
        path = self.home.landing / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def take_in(self) -> BatchResult:
        return take_in(self.home, self.settings)

    def one(self, name: str, content: str | bytes) -> FileOutcome:
        """What becomes of a single file."""
        self.put(name, content)
        (outcome,) = [one for one in self.take_in().files if one.file_name == name]
        return outcome

    def table(self, name: str) -> pl.DataFrame:
        """All rows of a table of the lake, over all batches, oldest first."""
        return pl.concat(
            pl.read_parquet(path) for path in sorted(self.home.batches.glob(f"*/{name}.parquet"))
        )


@pytest.fixture
def network(tmp_path: Path) -> Network:
    home = Home(tmp_path / "home")
    home.landing.mkdir(parents=True)
    return Network(home)
