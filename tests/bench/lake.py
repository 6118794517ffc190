"""Tables written straight into a lake as Parquet, without files that are read."""

from __future__ import annotations

from pathlib import Path

import duckdb

from pipelines.settings import Home


def write_table(
    con: duckdb.DuckDBPyConnection, home: Home, folder: Path, table: str, query: str
) -> None:
    """As the lake keeps it: every column of the contract, in its type."""
    con.execute(f"create or replace view made as {query}")
    made = {name for name, *_ in con.execute("describe made").fetchall()}
    schema = home.batches / "_schema" / f"{table}.parquet"
    columns = ", ".join(
        f"cast({name if name in made else 'null'} as {kind}) as {name}"
        for name, kind, *_ in con.execute(f"describe from read_parquet('{schema}')").fetchall()
    )
    con.execute(
        f"copy (select {columns} from made) to '{folder / table}.parquet'"
        " (format parquet, compression zstd)"
    )
