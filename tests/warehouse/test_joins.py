"""An outer join that asks one side alone is worked out row against row.

tender_balances joined the drawers of a day `on sides.is_cash and …`: 58 seconds over a year of
fifty boutiques, and a fifth of a second with the tender in a column of both sides.
"""

from __future__ import annotations

from typing import Any

import duckdb

from tests.warehouse.builds import Warehouse

ROW_AGAINST_ROW = ("BLOCKWISE_NL_JOIN", "NESTED_LOOP_JOIN")
OUTER = ("LEFT", "RIGHT", "FULL")
# Corrections are taken by people: some dozens of rows, joined by who decided first.
FEW_ROWS = {"int_corrections"}


def test_no_outer_join_is_worked_out_row_against_row(
    empty_warehouse: Warehouse, manifest: dict[str, Any]
) -> None:
    models = {
        node["name"]: node["compiled_code"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model"
    }
    with duckdb.connect(str(empty_warehouse.file), read_only=True) as con:
        slow = [name for name, code in models.items() if _is_slow(_plan(con, code))]
    assert len(models) > 200
    assert set(slow) - FEW_ROWS == set(), (
        "put what is asked of one side into a column, and join on it"
    )


def test_an_outer_join_row_against_row_is_seen() -> None:
    with duckdb.connect() as con:
        con.execute("create table a as select range as k, range = 1 as is_cash from range(9)")
        slow = "select * from a left join a as b on a.is_cash and a.k = b.k"
        quick = "select * from a left join a as b on case when a.is_cash then a.k end = b.k"
        assert _is_slow(_plan(con, slow))
        assert not _is_slow(_plan(con, quick))


def _plan(con: duckdb.DuckDBPyConnection, code: str) -> str:
    # On an empty table the planner would drop what joins it.
    con.execute("set disabled_optimizers = 'empty_result_pullup,statistics_propagation'")
    return con.execute(f"explain {code}").fetchall()[0][1]


def _is_slow(plan: str) -> bool:
    """Whether a box of the plan is such a join; its kind is the next word but one in the box."""
    words = plan.replace("│", " ").split()
    return any(
        word in ROW_AGAINST_ROW and any(kind in words[at : at + 14] for kind in OUTER)
        for at, word in enumerate(words)
    )
