"""Verdicts, actions and stock takes, day by day: the same marts as all at once."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from dashboards.decisions import Decision, Subject
from pipelines.build.decided import as_row
from pipelines.ingest.contracts import load_contract
from pipelines.settings import Home
from tests.warehouse.builds import Warehouse, at, differences
from tests.warehouse.lake import Lake

DAY = date(2025, 3, 3)
TAKE = Subject.stock_take("A", 2025)


def of_piece(name: str, store: str = "A") -> Subject:
    return Subject.discrepancy({"discrepancy_id": name, "store_id": store, "counted_on": DAY})


def swap(verdict: str, other: str) -> dict[str, Any]:
    cause = {"accepted": "serial_swap", "rejected": "true_loss"}.get(verdict)
    return {
        "verdict": verdict,
        "proposed_cause": "serial_swap",
        "root_cause": cause,
        "paired_discrepancy_id": other,
        "finding_id": "f",
        "count_id": "C1",
    }


ACTION = {"owner": "Bob", "due_on": "2025-03-04", "text": "Search."}
# What was decided in each batch: kind, subject, payload.
BATCHES: list[list[tuple[str, Subject, dict[str, Any]]]] = [
    [
        ("discrepancy_verdict", of_piece("one"), swap("accepted", "two")),
        ("discrepancy_verdict", of_piece("two", "B"), swap("accepted", "one")),
        ("action", of_piece("one"), ACTION),
        ("action", Subject.store("B"), ACTION),
        ("stock_take_step", TAKE, {"step": "planned"}),
    ],
    [
        ("discrepancy_verdict", of_piece("one"), swap("rejected", "two")),
        ("discrepancy_verdict", of_piece("two", "B"), swap("reopened", "one")),
        ("action_done", of_piece("one"), {"action_id": "d003", "proof": "TR-7"}),
        ("count_verdict", Subject.count("C1", "A"), {"verdict": "accepted", "coverage": 1.0}),
        ("stock_take_step", TAKE, {"step": "counting", "counter": "Bob"}),
    ],
]


def keep(batch: Path, first: int, told: list[Any], moment: datetime) -> None:
    """Put decisions into a batch the way a run takes them in."""
    rows = []
    for number, (kind, subject, payload) in enumerate(told, start=first):
        decision = Decision(
            decision_no=number,
            decision_id=f"d{number:03}",
            decided_at=moment,
            decided_by="Ann",
            kind=kind,
            payload=payload,
            reason="Seen.",
            seen_run_id="r",
            sequence_no=number,
            **subject.named(),
        )
        rows.append(as_row(decision) | {"known_from": moment, "_batch_id": batch.name})
    schema = load_contract().system["decisions"].schema_in_lake
    pl.DataFrame(rows, schema=schema, orient="row").write_parquet(batch / "decisions.parquet")


@pytest.mark.slow
def test_what_was_decided_about_stock_survives_a_rebuild(tmp_path: Path) -> None:
    lake = Lake(Home(tmp_path / "home"))
    daily = Warehouse(lake.home, tmp_path / "daily.duckdb", tmp_path / "target")
    moment, first = at(4), 1
    for told in BATCHES:
        moment += timedelta(hours=1)
        batch = lake.home.batches / lake.commit(at=moment)
        keep(batch, first, told, moment)
        first += len(told)
        daily.build(at(6))
    rebuilt = Warehouse(lake.home, tmp_path / "rebuilt.duckdb", tmp_path / "target")
    rebuilt.build(at(6), afresh=True)

    assert differences(daily, rebuilt) == {}
    standing = daily.ask(
        "select discrepancy_id, verdict, root_cause from inventory.discrepancy_reviews"
        " where is_standing order by 1"
    )
    assert standing == [("one", "rejected", "true_loss"), ("two", "reopened", None)]
    told_actions = daily.ask(
        "select store_id, status, is_overdue, days_overdue, proof from inventory.actions order by 1"
    )
    assert told_actions == [("A", "done", False, 0, "TR-7"), ("B", "open", True, 2, None)]
    [(state, counted_by, year)] = daily.ask(
        "select state, counted_by, fiscal_year from inventory.stock_takes"
    )
    assert (state, counted_by, year) == ("counting", "Bob", 2025)
