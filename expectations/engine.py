"""Great Expectations on DuckDB: the datasource the library does not bring.

It leans on internals of 1.24.x in three places, each with the reason beside it; the tests hold one
regex check that passes and one that fails, so a version that moves them is seen at once.
Imported by the judge's process only.
"""

from __future__ import annotations

import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar, Literal, Type  # noqa: UP035
from urllib.parse import quote

import sqlalchemy
from great_expectations.compatibility import pydantic  # noqa: TID253
from great_expectations.datasource.fluent import SQLDatasource  # noqa: TID253
from great_expectations.execution_engine import SqlAlchemyExecutionEngine  # noqa: TID253
from great_expectations.expectations import UnexpectedRowsExpectation  # noqa: TID253


class DuckDBExecutionEngine(SqlAlchemyExecutionEngine):
    """Runs every metric on one connection, which keeps the judge's settings."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # A file opened read-only takes no temporary tables.
        kwargs.setdefault("create_temp_table", False)
        super().__init__(*args, **kwargs)
        # The library picks its regular expression function by what the dialect module has; Dremio's
        # REGEXP_MATCHES is DuckDB's too.
        self.dialect_module = SimpleNamespace(DremioDialect=None)  # type: ignore[assignment]

    @contextmanager
    def get_connection(self) -> Generator[sqlalchemy.Connection, None, None]:
        if self._connection is None:
            self._connection = self.engine.connect()
        yield self._connection


class DuckDBDatasource(SQLDatasource):
    """Makes `context.data_sources.add_duckdb(name, connection_string=…)` exist."""

    type: Literal["duckdb"] = "duckdb"  # type: ignore[assignment]

    @property
    def execution_engine_type(self) -> Type[SqlAlchemyExecutionEngine]:  # noqa: UP006
        return DuckDBExecutionEngine


class ExpectNoRows(UnexpectedRowsExpectation):
    """Holds when its query finds nothing.

    The library's own would run the query twice, the second time to fetch rows into the result:
    we want the count only. The rows are fetched once, when there are some, and never end up in
    the Data Docs.
    """

    metric_dependencies: ClassVar[tuple[str, ...]] = ("unexpected_rows_query.row_count",)

    @pydantic.validator("unexpected_rows_query", allow_reuse=True)
    def _validate_query(cls, query: Any) -> Any:  # noqa: N805
        """Takes the query as it stands. The library's own prints a warning whenever a query names
        its tables itself; ours do, to compare several and to be run as they are read."""
        return query

    def _validate(
        self,
        metrics: dict[str, Any],
        runtime_configuration: dict[str, Any] | None = None,
        execution_engine: Any = None,
    ) -> dict[str, Any]:
        count = metrics["unexpected_rows_query.row_count"]
        return {"success": count == 0, "result": {"observed_value": count}}


class Source:
    """A DuckDB file the judge may ask, opened read-only. What does not fit in memory spills beside
    the system's temporary files."""

    def __init__(self, file: Path, *, memory_limit: str = "1GB", threads: int = 2) -> None:
        self._spill = tempfile.TemporaryDirectory(prefix="loupe-judge-")
        self._address = f"duckdb:///{quote(str(file))}?access_mode=read_only"
        self._settings = {
            "memory_limit": memory_limit,
            "threads": str(threads),
            "temp_directory": self._spill.name,
            "TimeZone": "UTC",
        }
        self.datasource: Any = None

    def open(self, context: Any) -> Source:
        """Adds the datasource to `context` and sets its one connection up."""
        self.datasource = context.data_sources.add_duckdb("duckdb", connection_string=self._address)
        for name, value in self._settings.items():
            self.run(f"set {name} = '{value}'")
        return self

    def run(self, sql: str) -> sqlalchemy.CursorResult[Any]:
        """Asks on the connection the library uses: DuckDB gives a file to one at a time."""
        with self.datasource.get_execution_engine().get_connection() as connection:
            return connection.exec_driver_sql(sql)

    def close(self) -> None:
        """Lets go of the file, so that the next writer finds it free."""
        if self.datasource is not None:
            engine = self.datasource.get_execution_engine()
            with engine.get_connection() as connection:
                connection.close()
            engine.engine.dispose()
            self.datasource.get_engine().dispose()
            self.datasource = None
        self._spill.cleanup()
