"""Building the real dbt project over a test lake, in this process: an import saved per build."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from pipelines.build.catalog import PUBLISHED_SCHEMAS
from pipelines.build.clock import Clock
from pipelines.build.records import ensure_schema
from pipelines.build.views import mark_built, prepare
from pipelines.settings import DBT_PROJECT, Home


class Warehouse:
    """One warehouse file over a home's lake."""

    def __init__(self, home: Home, file: Path, target: Path) -> None:
        self.home = home
        self.file = file
        self.target = target

    def build(
        self,
        now: datetime,
        *,
        afresh: bool = False,
        keep_pending: bool = False,
        keep_manifest: bool = False,
    ) -> None:
        """Build what is pending, or everything; `keep_pending` leaves off before saying so."""
        ensure_schema(self.home)
        settings = self.home.settings()
        prepared = prepare(
            self.home,
            settings,
            Clock("run_20250101T000000000000Z", now.replace(tzinfo=None)),
            warehouse=self.file,
            afresh=afresh,
        )
        json = [] if keep_manifest else ["--no-write-json"]
        self.dbt("build", "--exclude-resource-type", "unit_test", *json, full=prepared.full_refresh)
        if not keep_pending:
            mark_built(self.file, settings, prepared)

    def dbt(self, *arguments: str, full: bool = False) -> Any:
        """One dbt command; fails the test with dbt's own words."""
        from dbt.cli.main import dbtRunner

        told: list[str] = []

        def hear(event: Any) -> None:
            if event.info.level == "error":
                told.append(event.info.msg)

        with _environment(self.file, self.target):
            result = dbtRunner(callbacks=[hear]).invoke(
                [*arguments, *(["--full-refresh"] if full else [])]
            )
        _let_go()
        assert result.success, "\n".join(told) or str(result.exception)
        return result.result

    def ask(self, question: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.file), read_only=True) as con:
            return con.execute(question).fetchall()

    def published_tables(self) -> list[str]:
        return [
            f"{schema}.{table}"
            for schema, table in self.ask(
                "select schema_name, table_name from duckdb_tables() "
                f"where schema_name in {PUBLISHED_SCHEMAS} order by all"
            )
        ]


def differences(one: Warehouse, other: Warehouse) -> dict[str, list[tuple[Any, ...]]]:
    """Rows of published tables that only one side has, by table: first side's, then the other's."""
    tables = one.published_tables()
    assert tables == other.published_tables()
    found = {}
    with duckdb.connect() as con:
        con.execute(f"attach '{one.file}' as one (read_only)")
        con.execute(f"attach '{other.file}' as other (read_only)")
        for table in tables:
            rows = con.execute(
                f"(select 'one', * from (from one.{table} except all from other.{table})) "
                f"union all "
                f"(select 'other', * from (from other.{table} except all from one.{table}))"
            ).fetchall()
            if rows:
                found[table] = rows[:6]
    return found


def at(day: int, hour: int = 12) -> datetime:
    """A moment of March 2025, naive UTC."""
    return datetime(2025, 3, day, hour, tzinfo=UTC).replace(tzinfo=None)


def _let_go() -> None:
    """dbt-duckdb keeps the file open for its next command; the test wants to read it."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager

    if DuckDBConnectionManager._ENV is not None:
        DuckDBConnectionManager._ENV.close()
        DuckDBConnectionManager.close_all_connections()


@contextmanager
def _environment(file: Path, target: Path) -> Iterator[None]:
    before = dict(os.environ)
    os.environ |= {
        "DBT_PROJECT_DIR": str(DBT_PROJECT),
        "DBT_PROFILES_DIR": str(DBT_PROJECT),
        "DBT_TARGET_PATH": str(target),
        "DBT_LOG_PATH": str(target),
        "DBT_LOG_LEVEL": "none",
        "DBT_LOG_LEVEL_FILE": "none",
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "LOUPE_WAREHOUSE": str(file),
    }
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
