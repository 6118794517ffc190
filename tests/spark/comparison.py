"""Two engines' tables, row by row.

Decimals, dates, timestamps and texts must be equal to the last digit. Of floating-point columns,
which no figure of money or stock is made of, fifteen digits are compared: engines may add up in
another order.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
from rich.console import Console
from rich.table import Table

_NOT_MODELS = ("raw", "pending", "ops", "main", "information_schema")
_WHOLE_NUMBERS = {"INTEGER", "BIGINT", "HUGEINT"}
_EXAMPLES = 3


@dataclass(frozen=True)
class Compared:
    """One table: its rows on each side, and those only one side has."""

    table: str
    rows: tuple[int, int]
    only_one: int
    only_other: int
    # Columns that differ in name or type, then rows of the first and of the second side.
    columns: list[str] = field(default_factory=list)
    examples: list[tuple[Any, ...]] = field(default_factory=list)

    @property
    def is_equal(self) -> bool:
        return not (self.only_one or self.only_other or self.columns)


def compare(warehouse: Path, tables: Path) -> list[Compared]:
    """Every table of a DuckDB warehouse with the Parquet folder of the same name below `tables`.

    A folder without a table of its name is told too. A table kept by day that has no row has no
    folder of files; it equals an empty one.
    """
    with duckdb.connect() as con:
        con.execute("set timezone = 'UTC'")
        con.execute(f"attach '{warehouse}' as warehouse (read_only)")
        names = con.execute(
            "select schema_name, table_name from duckdb_tables() where database_name = 'warehouse'"
            f" and schema_name not in {_NOT_MODELS}"
            " union all select schema_name, view_name from duckdb_views()"
            f" where database_name = 'warehouse' and schema_name not in {_NOT_MODELS}"
            " and not internal order by all"
        ).fetchall()
        compared = [_compare(con, tables, schema, table) for schema, table in names]
        return compared + _others(con, tables, {one.table for one in compared})


def show(compared: list[Compared], title: str) -> None:
    """Print every table with its rows and its differences."""
    table = Table("table", "rows (DuckDB)", "rows (Spark)", "differences", title=title)
    for one in compared:
        told = ", ".join([*one.columns, *map(str, one.examples)]) or "0"
        table.add_row(one.table, f"{one.rows[0]:,}", f"{one.rows[1]:,}", told)
    unequal = sum(not one.is_equal for one in compared)
    rows = sum(one.rows[0] for one in compared)
    empty = sum(one.rows == (0, 0) for one in compared)
    table.caption = (
        f"{len(compared)} tables, {empty} of them empty, {rows:,} rows, {unequal} tables differ"
    )
    Console(width=120).print(table)


def _others(con: duckdb.DuckDBPyConnection, tables: Path, known: set[str]) -> list[Compared]:
    """What only the folders have."""
    told = []
    for folder in sorted(tables.glob("*.db/*/")):
        schema = folder.parent.name.removesuffix(".db")
        name, files = f"{schema}.{folder.name}", f"{folder}/**/*.parquet"
        if schema in _NOT_MODELS or name in known:
            continue
        if con.execute("from glob(?)", [files]).fetchall():
            [(rows,)] = con.execute(f"select count(*) from read_parquet('{files}')").fetchall()
            told.append(Compared(name, (0, rows), 0, rows, ["no such table in DuckDB"]))
    return told


def _compare(con: duckdb.DuckDBPyConnection, tables: Path, schema: str, table: str) -> Compared:
    name = f"{schema}.{table}"
    files = f"{tables}/{schema}.db/{table}/**/*.parquet"
    ours = _columns(con, f"warehouse.{name}")
    if not con.execute("from glob(?)", [files]).fetchall():
        [(rows,)] = con.execute(f"select count(*) from warehouse.{name}").fetchall()
        return Compared(name, (rows, 0), rows, 0)
    theirs_from = f"read_parquet('{files}', hive_partitioning = true)"
    theirs = _columns(con, theirs_from)
    columns = [
        f"{column}: {ours.get(column)} / {theirs.get(column)}"
        for column in sorted(ours.keys() | theirs.keys())
        if not _same_type(ours.get(column), theirs.get(column))
    ]
    shared = [column for column in ours if column in theirs]
    one = f"(select {_exactly(shared, ours)} from warehouse.{name})"
    other = f"(select {_exactly(shared, ours)} from {theirs_from})"
    [(rows, other_rows)] = con.execute(
        f"select (select count(*) from {one}), (select count(*) from {other})"
    ).fetchall()
    [(only_one, only_other)] = con.execute(
        f"select (select count(*) from (from {one} except all from {other})),"
        f" (select count(*) from (from {other} except all from {one}))"
    ).fetchall()
    examples = [
        row
        for a, b in ((one, other), (other, one))
        for row in con.execute(f"from {a} except all from {b} limit {_EXAMPLES}").fetchall()
    ]
    return Compared(name, (rows, other_rows), only_one, only_other, columns, examples)


def _columns(con: duckdb.DuckDBPyConnection, relation: str) -> dict[str, str]:
    return {name: kind for name, kind, *_ in con.execute(f"describe from {relation}").fetchall()}


def _same_type(one: str | None, other: str | None) -> bool:
    """Engines count in whole numbers of different widths; contracts fix those of the marts."""
    return one == other or {one, other} <= _WHOLE_NUMBERS


def _exactly(columns: list[str], types: dict[str, str]) -> str:
    def said(column: str) -> str:
        if types[column] in ("DOUBLE", "FLOAT"):
            return f"printf('%.15g', {column}) as {column}"
        if types[column] in _WHOLE_NUMBERS:
            return f"cast({column} as hugeint) as {column}"
        return column

    return ", ".join(map(said, columns))
