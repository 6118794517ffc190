"""`loupe check`: read one file as a run would, and take nothing in."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from rich.table import Table

from pipelines.commands.screen import FAILED, out, print_json, stop
from pipelines.settings import Home

if TYPE_CHECKING:
    from pipelines.ingest.check import CheckReport


def show_check(home: Home, file: Path, mapping: str | None, as_json: bool) -> int:
    """Print what a run would make of `file`; 0 when it would be accepted, else 1."""
    from pipelines.ingest.check import check_file
    from pipelines.ingest.mappings import MappingError

    try:
        reports = check_file(file, mapping, home=home)
    except MappingError as fault:
        raise stop(str(fault)) from fault
    if as_json:
        print_json([asdict(report) for report in reports])
    else:
        for report in reports:
            _show(file, report)
    return 0 if all(report.status == "accepted" for report in reports) else FAILED


def _show(file: Path, report: CheckReport) -> None:
    what = f" as {report.dataset} by {report.mapping}" if report.dataset else ""
    reason = f". {report.reason}" if report.reason else ""
    _say(f"{file}: would be {report.status}{what}{reason}")
    if not report.dataset:
        return
    skipped = sum(report.skipped.values())
    _say(
        f"{report.lines_read:,} lines: {report.rows:,} rows, {report.rejected:,} set aside, "
        f"{skipped:,} skipped on purpose · control totals {report.control_total_check}"
    )
    for why, lines in report.skipped.items():
        _say(f"  skipped {lines:,}: {why}")
    if report.first_reasons:
        table = Table("line", "column", "value", "expected", "rule", title="First reasons")
        for told in report.first_reasons:
            cells = (told.line_no, told.column, told.value, told.expected, told.rule)
            table.add_row(*("" if cell is None else str(cell) for cell in cells))
        out.print(table)
    days = sorted(
        {(s["store_id"], str(s["business_date"])) for s in report.scopes if s["store_id"]}
    )
    if days:
        first = ", ".join(f"{store} {day}" for store, day in days[:5])
        _say(f"Replaces {len(days):,} store-day(s): {first}{' …' if len(days) > 5 else ''}")


def _say(text: str) -> None:
    out.print(text, highlight=False, markup=False, soft_wrap=True)
