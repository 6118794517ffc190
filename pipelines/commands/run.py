"""`loupe run`: the daily job, in this process."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rich.table import Table

from pipelines.commands.dagster_home import use_dagster_home
from pipelines.commands.screen import BLOCKED, FAILED, err, out, print_json, progress
from pipelines.settings import Home

if TYPE_CHECKING:
    from pipelines.build.street import Outcome, Street
    from pipelines.ingest.batch import BatchResult

NOTES_SHOWN = 10
CODES = {"published": 0, "blocked": BLOCKED, "failed": FAILED}


def run_once(home: Home, as_json: bool, now: datetime | None, afresh: bool = False) -> int:
    """Run the street once; prints what came of it and returns the exit code."""
    from pipelines.build.street import Street

    with progress(quiet=as_json) as told:
        moment = now.replace(tzinfo=UTC) if now else None
        with Street(home, home.settings(), told, moment, afresh) as street:
            outcome = _through_dagster(home, street)
    if as_json:
        print_json(_as_json(outcome))
    else:
        show(home, outcome)
    return CODES[outcome.record.status]


def _through_dagster(home: Home, street: Street) -> Outcome:
    """The very job that the schedule runs, with its history kept in the home."""
    use_dagster_home(home)
    from pipelines.definitions import execute_daily_run

    execute_daily_run(home, street)
    if street.outcome is None:
        street.end(RuntimeError("The run ended before its first stage."))
    assert street.outcome is not None
    return street.outcome


def show(home: Home, outcome: Outcome) -> None:
    """The run in one table, and what to do next."""
    batch = outcome.batch
    table = Table(title=f"Run {outcome.record.run_id}", title_justify="left", show_header=False)
    table.add_column(style="bold")
    table.add_column(justify="right")
    if batch:
        for label, count in _taken_in(batch).items():
            if not count and label != "Files accepted":
                continue
            table.add_row(label, f"{count:,}")
    checks = outcome.checks
    table.add_row("Checks passed", f"{sum(c.passed for c in checks):,} of {len(checks):,}")
    if outcome.folder:
        for label, count in _store_days(home):
            table.add_row(label, f"{count:,}")
    seconds = (outcome.record.finished_at - outcome.record.started_at).total_seconds()
    table.add_row("Seconds", f"{seconds:.0f}")
    out.print(table)
    if batch:
        _show_notes(_notes(batch))
    for warned in [c for c in checks if not c.passed and c.severity == "warn"][:5]:
        out.print(f"! {warned.in_words}", markup=False, soft_wrap=True)
    if outcome.folder:
        out.print(
            f"Published {outcome.folder}. See it: make serve (or: loupe serve).", soft_wrap=True
        )
    else:
        err.print(
            outcome.message, style="bold yellow", highlight=False, markup=False, soft_wrap=True
        )


def _taken_in(batch: BatchResult) -> dict[str, int]:
    accepted = [f for f in batch.files if f.status == "accepted"]
    return {
        "Files accepted": len(accepted),
        "Files refused": batch.count("refused"),
        "Files ignored (same bytes again)": batch.count("duplicate"),
        "Files waiting": batch.count("waiting"),
        "Lines read": sum(f.lines_read for f in accepted),
        "Rows loaded": sum(f.rows_loaded for f in accepted),
        "Rows set aside": sum(f.rows_rejected for f in accepted),
        "Rows skipped on purpose": sum(f.rows_skipped for f in accepted),
    }


def _notes(batch: BatchResult) -> list[str]:
    """What a person should know of: every file that was not simply taken in, and why."""
    order = {"refused": 0, "waiting": 1, "accepted": 2, "duplicate": 3}
    odd = [f for f in batch.files if f.status != "accepted" or f.rows_rejected or f.reason]
    odd.sort(key=lambda f: (order.get(f.status, 9), f.file_name))
    return [
        f"{f.file_name}: {f.status}"
        + (f", {f.rows_rejected} line(s) set aside" if f.rows_rejected else "")
        + (f". {f.reason}" if f.reason else "")
        for f in odd
    ]


def _show_notes(notes: list[str]) -> None:
    for note in notes[:NOTES_SHOWN]:
        out.print(f"· {note}", highlight=False, soft_wrap=True, markup=False)
    if len(notes) > NOTES_SHOWN:
        out.print(f"… and {len(notes) - NOTES_SHOWN} more: page Files, or loupe run --json")


def _store_days(home: Home) -> list[tuple[str, int]]:
    from dashboards.warehouse import Published

    rows = Published(home.root).ask(
        "select status, count(*) as days from finance.store_days group by status order by status"
    )
    return [(f"Store-days {row['status']}", row["days"]) for row in rows]


def _as_json(outcome: Outcome) -> dict:
    batch = outcome.batch
    return {
        "run_id": outcome.record.run_id,
        "status": outcome.record.status,
        "message": outcome.message,
        "published": str(outcome.folder) if outcome.folder else None,
        "batch": batch.batch_id if batch else None,
        "summary": _taken_in(batch) if batch else {},
        "notes": _notes(batch) if batch else [],
        "failed_checks": [
            {
                "subject": c.subject,
                "rule": c.rule,
                "severity": c.severity,
                "rows_failed": c.rows_failed,
            }
            for c in outcome.checks
            if not c.passed
        ],
    }
