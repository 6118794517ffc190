"""`loupe sql`: one question to a published file, read-only."""

from __future__ import annotations

import duckdb
from rich.table import Table

from pipelines.commands.published import open_publish
from pipelines.commands.screen import out, print_json, stop
from pipelines.settings import Home

_ASKING = {"SELECT", "EXPLAIN"}


def ask_published(home: Home, question: str, as_of: str | None, limit: int, as_json: bool) -> None:
    """Print the answer; the full count is said where rows are left out."""
    run = open_publish(home, as_of)
    try:
        with duckdb.connect(str(run.database), read_only=True) as con:
            con.execute("set TimeZone = 'UTC'")
            con.execute("set enable_external_access = false")
            con.execute("set lock_configuration = true")
            _only_asks(con, question)
            answer = con.execute(question)
            names = [column[0] for column in answer.description or []]
            rows = answer.fetchall()
    except duckdb.Error as fault:
        raise stop(str(fault)) from fault
    if as_json:
        records = [dict(zip(names, row, strict=True)) for row in rows]
        print_json({"run_id": run.run_id, "row_count": len(rows), "rows": records})
        return
    table = Table(*names)
    for row in rows[:limit]:
        table.add_row(*("" if value is None else str(value) for value in row))
    out.print(table)
    shown = f"{min(limit, len(rows)):,} of {len(rows):,} rows"
    out.print(f"{shown} · {run.run_id} · data as of {run.data_as_of}", highlight=False)


def _only_asks(con: duckdb.DuckDBPyConnection, question: str) -> None:
    statements = con.extract_statements(question)
    if len(statements) != 1 or statements[0].type.name not in _ASKING:
        raise stop("One SELECT at a time: the published figures are read, never written.")
