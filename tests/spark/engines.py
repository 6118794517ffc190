"""One lake, built by both engines under one clock."""

from __future__ import annotations

import subprocess
import sys
from contextlib import AbstractContextManager
from pathlib import Path

from pipelines.build.clock import Clock
from pipelines.build.dbt import Dbt, Node
from pipelines.build.records import ensure_schema
from pipelines.build.views import prepare
from pipelines.settings import Home, Settings


class KilledHere(Exception):
    """The build was killed where the test wanted it."""


class Spark(AbstractContextManager):
    """A Spark session and its tables, below one home."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.settings = Settings(engine="spark")
        self.tables = home.spark_dir / "tables"
        ensure_schema(home)
        self._dbt: Dbt | None = None

    def build(self, clock: Clock, *, full: bool, kill_after: int | None = None) -> list[Node]:
        """Build what is pending, or everything; kill the whole session after so many steps."""
        if self._dbt is None:
            self._dbt = Dbt(self.home, self.settings)
        done = 0

        def told(node: str) -> None:
            nonlocal done
            done += 1
            if done == kill_after:
                raise KilledHere(node)

        try:
            return self._dbt.build(
                self.home.warehouse_file, full_refresh=full, clock=clock, told=told
            )
        except KilledHere:
            self.close()
            raise

    def close(self) -> None:
        if self._dbt:
            self._dbt.close()
        self._dbt = None

    def __exit__(self, *fault: object) -> None:
        self.close()


def build_with_duckdb(home: Home, clock: Clock) -> Path:
    """Everything at once, as the other engine does it; returns the warehouse file."""
    ensure_schema(home)
    settings = Settings()
    prepared = prepare(home, settings, clock, afresh=True)
    with Dbt(home, settings) as dbt:
        nodes = dbt.build(home.warehouse_file, full_refresh=prepared.full_refresh)
    assert not broken(nodes)
    return home.warehouse_file


def write_views(home: Home) -> None:
    """Put what Spark's views show beside its tables; no build may be under way."""
    subprocess.run(
        [sys.executable, "-m", "tests.spark.views", str(home.spark_dir)],
        check=True,
        capture_output=True,
    )


def broken(nodes: list[Node]) -> list[str]:
    """The tests of the project that failed, in words."""
    return [f"{n.unique_id}: {n.message}" for n in nodes if n.is_test and n.status == "fail"]
