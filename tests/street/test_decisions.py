"""What people decide takes its way through the street: in once, in force, and never lost."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from dashboards.decisions import Decision, DecisionStore, Subject
from dashboards.questions import close_day, restatements
from dashboards.warehouse import Published
from pipelines.build.street import Street
from pipelines.ingest import killpoints
from tests.street import files
from tests.street.files import Receipt
from tests.street.town import ABOUT_THE_RUN, Town, differences, published

DAY = date(2026, 3, 2)
LINE = Subject.row("sales_lines", ["NYC-1", 1], "NYC", DAY)
RUNG = [Receipt(1, "RING-1", 12000), Receipt(2, "NECK-1", 150000)]


def drop(town: Town, suffix: str = "", rung: list[Receipt] = RUNG) -> None:
    town.drop(f"sales_lines_NYC_20260302{suffix}.csv", files.sales("NYC", DAY, rung))
    town.drop(f"tenders_NYC_20260302{suffix}.csv", files.tenders("NYC", DAY, rung))


def ask(folder: Path, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(folder / "loupe.duckdb"), read_only=True) as con:
        return con.execute(sql).fetchall()


def decide(town: Town, kind: str, subject: Subject, by: str, **told: Any) -> Decision:
    store = DecisionStore.open(town.home.root)
    return store.decide(
        kind=kind,
        **subject.named(),
        decided_by=by,
        seen_run_id=town.home.current_pointer.read_text().strip(),
        seen_sequence_no=len(store.history(subject.subject_type, subject.subject_key)),
        **told,
    )


def correct(town: Town, value: str, folder: Path, column: str = "net_amount") -> Decision:
    """Propose another value for the first line, as a page would."""
    [(key, file_id, old)] = ask(
        folder,
        f"select transaction_id, _file_id, {column} from core.fct_sales_lines"
        " where receipt_number = 1",
    )
    return decide(
        town,
        "correction",
        Subject.row("sales_lines", [key, 1], "NYC", DAY),
        "Ann",
        payload={
            "dataset": "sales_lines",
            "key": {"transaction_id": key, "line_number": 1},
            "file_id": file_id,
            "column": column,
            "old_value": str(old),
            "new_value": value,
        },
        reason="The discount was forgotten.",
    )


def approve(town: Town, correction: Decision) -> Decision:
    subject = Subject("row", correction.subject_key, "NYC", DAY)
    told = {"correction_id": correction.decision_id}
    return decide(town, "correction_approval", subject, "Bob", payload=told)


def run(town: Town, **told: Any) -> Path:
    outcome = town.run(**told)
    assert outcome.folder, outcome.message
    return outcome.folder


def net_sales(folder: Path) -> int:
    [(total,)] = ask(folder, "select net_sales from finance.store_days where net_sales is not null")
    return int(total)


MOVED = (
    "select measure, old_value::int, new_value::int, cause, is_current from finance.restatements"
    " where measure in ('net_sales', 'tender_total') order by known_from, measure"
)


def test_a_correction_counts_once_somebody_else_approved_it_and_until_the_day_comes_again(
    new_town: Callable[[], Town],
) -> None:
    town = new_town()
    drop(town)
    first = run(town)
    proposed = correct(town, "11000.00", first)
    assert net_sales(run(town)) == 162000
    approve(town, proposed)
    corrected = run(town)

    assert net_sales(corrected) == 161000
    assert ask(corrected, MOVED) == [("net_sales", 162000, 161000, "correction", True)]
    assert ask(corrected, "select is_corrected, net_amount::int from core.fct_sales_lines") == [
        (True, 11000),
        (False, 150000),
    ]
    assert net_sales(first) == 162000

    drop(town, "_2", [Receipt(1, "RING-1", 11500), Receipt(2, "NECK-1", 150000)])
    again = run(town)
    assert net_sales(again) == 161500
    assert ask(again, MOVED) == [
        ("net_sales", 162000, 161000, "correction", False),
        ("net_sales", 161000, 161500, "file", True),
        ("tender_total", 162000, 161500, "file", True),
    ]
    assert ask(again, "select status, proposed_by, approved_by from quality.corrections") == [
        ("superseded", "Ann", "Bob")
    ]
    rebuilt = run(town, afresh=True)
    kept = published(again, ABOUT_THE_RUN)
    assert differences(kept, published(rebuilt, ABOUT_THE_RUN)) == {}


def sign(town: Town, blockers: list[str], **told: Any) -> Decision:
    payload = {"blockers": blockers, "override": bool(blockers)}
    return decide(town, "sign_off", Subject.store_day("NYC", DAY), "Ann", payload=payload, **told)


STATUS = (
    "select status, signed_off_by, sign_off_despite, reopened_because from finance.store_days"
    " where net_sales is not null"
)


def failing(folder: Path) -> list[str]:
    return [
        check
        for (check,) in ask(
            folder,
            "select check_id from finance.completeness_checks where not passed"
            " and severity in ('block', 'error') and store_id = 'NYC'"
            " and business_date = date '2026-03-02' order by all",
        )
    ]


def test_a_sign_off_a_gap_reason_and_what_reopens_the_day(new_town: Callable[[], Town]) -> None:
    town = new_town()
    drop(town, rung=[Receipt(1, "RING-1", 12000), Receipt(4, "NECK-1", 150000)])
    folder = run(town)
    assert "F4" in failing(folder)
    [gap] = ask(
        folder,
        "select register_id, receipt_series, first_missing, last_missing from finance.receipt_gaps",
    )
    names = ("register_id", "receipt_series", "first_missing", "last_missing")
    about = dict(zip(names, gap, strict=True)) | {"store_id": "NYC", "business_date": DAY}
    told = {"gap_reason": "training"}
    decide(town, "gap_reason", Subject.receipt_gap(about), "Ann", payload=told)
    folder = run(town)
    assert ask(folder, "select gap_reason, explained_by from finance.receipt_gaps") == [
        ("training", "Ann")
    ]
    left = failing(folder)
    assert "F4" not in left

    sign(town, left, reason="The closing is on its way.")
    folder = run(town)
    assert ask(folder, STATUS) == [("signed_off", "Ann", ", ".join(left) or None, None)]

    drop(town, "_2", [Receipt(1, "RING-1", 11500), Receipt(4, "NECK-1", 150000)])
    folder = run(town)
    [(status, by, _, because)] = ask(folder, STATUS)
    assert (status, by) == ("reopened", "Ann")
    assert "sales lines came again (sales_lines_NYC_20260302_2.csv)" in because

    sign(town, failing(folder), reason="The discount was right.")
    signed = run(town)
    assert ask(signed, STATUS)[0][0] == "signed_off"
    rebuilt = run(town, afresh=True)
    kept = published(signed, ABOUT_THE_RUN)
    assert differences(kept, published(rebuilt, ABOUT_THE_RUN)) == {}


def test_decisions_enter_once_wherever_the_run_is_killed(new_town: Callable[[], Town]) -> None:
    town = new_town()
    drop(town)
    run(town)
    for n, point in enumerate(("before_commit", "after_commit", "after_ledger", "mid_build")):
        sign(town, [f"F{n}"], reason=point)
        environment = {**os.environ, killpoints.VARIABLE: point}
        command = [sys.executable, "-m", "tests.street.drive", str(town.home.root)]
        assert subprocess.run(command, env=environment, check=False).returncode == 137
    sign(town, [])
    folder = run(town)
    assert ask(folder, "select decision_no, reason from quality.decisions order by all") == [
        (1, "before_commit"),
        (2, "after_commit"),
        (3, "after_ledger"),
        (4, "mid_build"),
        (5, None),
    ]
    rebuilt = run(town, afresh=True)
    kept = published(folder, ABOUT_THE_RUN)
    assert differences(kept, published(rebuilt, ABOUT_THE_RUN)) == {}


def test_a_decision_taken_while_a_run_is_under_way_waits_for_the_next(
    new_town: Callable[[], Town],
) -> None:
    town = new_town()
    drop(town)
    run(town)
    drop(town, "_2", [Receipt(1, "RING-1", 11500), Receipt(2, "NECK-1", 150000)])
    with Street(
        town.home,
        town.home.settings(),
        now=town.now,
        dbt=town.children.dbt,
        judge=town.children.judge,
    ) as street:
        street.take_in()
        sign(town, [])
        street.judge_incoming()
        street.build()
        street.judge_outgoing()
        folder = street.publish()
        street.end()
    assert ask(folder, "select * from quality.decisions") == []
    # What was signed were the figures before that run's file.
    [(status, by, _, because)] = ask(run(town), STATUS)
    assert (status, by) == ("reopened", "Ann")
    assert "sales lines came again" in because


def test_what_comes_late_moves_a_locked_month(new_town: Callable[[], Town]) -> None:
    town = new_town()
    drop(town)
    locked = run(town)
    decide(
        town,
        "month_lock",
        Subject.month(DAY.replace(day=1)),
        "Ann",
        payload={"run_id": locked.name},
    )
    for dataset, text in (
        ("sales_lines", files.sales("LAX", DAY, RUNG)),
        ("tenders", files.tenders("LAX", DAY, RUNG)),
    ):
        town.drop(f"{dataset}_LAX_{DAY:%Y%m%d}.csv", text)
    late = run(town)
    moved = (
        "select store_id, measure, old_value::int, new_value::int, cause from"
        " finance.restatements where measure in ('net_sales', 'tender_total') order by measure"
    )
    assert ask(late, moved) == [
        ("LAX", "net_sales", 0, 162000, "late"),
        ("LAX", "tender_total", 0, 162000, "late"),
    ]
    published_runs = Published(town.home.root)
    newest = published_runs.newest()
    known = restatements.moments(newest, published_runs.runs())
    locks = DecisionStore.open(town.home.root).find(kind="month_lock")
    [march] = [month for month in close_day.months(newest, locks, known) if month.locks]
    assert march.moved_since == 1
    rebuilt = run(town, afresh=True)
    kept = published(late, ABOUT_THE_RUN)
    assert differences(kept, published(rebuilt, ABOUT_THE_RUN)) == {}
