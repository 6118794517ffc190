"""A small network to try the street on: drop files, run, compare what was published.

The children (dbt, the judge) are started once and shared by many runs: a run then costs seconds.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from expectations.client import Judge
from pipelines.build.dbt import Dbt
from pipelines.build.street import Outcome, Street
from pipelines.settings import Home

ABOUT_THE_RUN = {"quality.runs", "quality.check_results"}
ARRIVED = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)
NOW = datetime(2026, 3, 20, 12, 0, tzinfo=UTC)


@dataclass
class Children(AbstractContextManager):
    """dbt and the judge, running."""

    dbt: Dbt
    judge: Judge

    @classmethod
    def start(cls, home: Home) -> Children:
        judge = Judge().__enter__()
        return cls(Dbt(home, home.settings()), judge)

    def __exit__(self, *fault: object) -> None:
        self.dbt.close()
        self.judge.__exit__(None, None, None)


@dataclass
class Town:
    """A home and the files people drop into it."""

    home: Home
    children: Children
    now: datetime = NOW

    def drop(self, name: str, text: str | bytes, arrived: datetime = ARRIVED) -> Path:
        """Put a file into the landing folder, as if it had come at `arrived`."""
        path = self.home.landing / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        os.utime(path, (arrived.timestamp(), arrived.timestamp()))
        return path

    def run(self, *, afresh: bool = False) -> Outcome:
        """One run of the street, as `loupe run` makes it, without Dagster around it."""
        with Street(
            self.home,
            self.home.settings(),
            now=self.now,
            afresh=afresh,
            dbt=self.children.dbt,
            judge=self.children.judge,
        ) as street:
            try:
                street.take_in()
                street.judge_incoming()
                street.build()
                street.judge_outgoing()
                street.publish()
            except Exception as fault:
                return street.end(fault)
            return street.end()


Tables = dict[str, list[tuple]]


def published(folder: Path, without: Iterable[str] = ()) -> Tables:
    """Every published table as sorted rows."""
    with duckdb.connect(str(folder / "loupe.duckdb"), read_only=True) as con:
        names = con.execute(
            "select schema_name || '.' || table_name from duckdb_tables() order by 1"
        ).fetchall()
        return {
            name: sorted(con.execute(f"from {name}").fetchall(), key=repr)
            for (name,) in names
            if name not in set(without)
        }


def differences(left: Tables, right: Tables) -> dict[str, tuple[list, list]]:
    """The tables that differ, each with the rows only one side has."""
    found = {}
    for name in sorted(left.keys() | right.keys()):
        a, b = left.get(name, []), right.get(name, [])
        if a != b:
            found[name] = ([r for r in a if r not in b][:5], [r for r in b if r not in a][:5])
    return found
