"""`loupe check`: read one file as a run would, and take nothing in."""

from __future__ import annotations

from dataclasses import asdict
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from rich.markup import escape
from rich.table import Table

from pipelines.commands.screen import FAILED, out, print_json, stop
from pipelines.settings import Home

if TYPE_CHECKING:
    from pipelines.ingest.check import CheckReport
    from pipelines.ingest.figures import Compared

FIRST_DIFFERENCES = 10


def show_check(
    home: Home, file: Path, mapping: str | None, as_json: bool, name: str | None = None
) -> int:
    """Print what a run would make of `file`; 0 when it would be accepted, else 1.

    `name`: what it would be called below the landing folder.
    """
    from pipelines.ingest.check import check_file
    from pipelines.ingest.mapping.faults import MappingError

    try:
        reports = check_file(file, mapping, name=name, home=home)
    except MappingError as fault:
        raise stop(str(fault)) from fault
    if as_json:
        print_json([asdict(report) for report in reports])
    else:
        for report in reports:
            show_report(file, report)
    return 0 if all(report.status == "accepted" for report in reports) else FAILED


def show_report(file: Path, report: CheckReport) -> None:
    """What would become of the file, in words and tables."""
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
    for what_found, words in report.findings.items():
        _say(f"  {what_found}: {words}")
    if report.first_reasons:
        table = Table("line", "column", "value", "expected", "rule", title="First reasons")
        for told in report.first_reasons:
            cells = (told.line_no, told.column, told.value, told.expected, told.rule)
            table.add_row(*("" if cell is None else str(cell) for cell in cells))
        out.print(table)
    days = sorted(
        {(s["store_id"], str(s["business_date"])) for s in report.scopes if s["store_id"]}
    )
    _show_columns(report)
    if days:
        first = ", ".join(f"{store} {day}" for store, day in days[:5])
        _say(f"Delivers {len(days):,} store-day(s): {first}{' …' if len(days) > 5 else ''}")
    _compare(report.figures)


def show_mappings(home: Home, as_json: bool) -> None:
    """Print the mappings a file may be read with."""
    from pipelines.ingest.check import list_mappings
    from pipelines.ingest.mapping.faults import MappingError

    try:
        told = list_mappings(home)
    except MappingError as fault:
        raise stop(str(fault)) from fault
    if as_json:
        print_json([asdict(one) for one in told])
        return
    table = Table("mapping", "becomes", "what it is", "files it reads by itself")
    for one in told:
        table.add_row(*(escape(text) for text in asdict(one).values()))
    out.print(table)


def _show_columns(report: CheckReport) -> None:
    """Where each column comes from, and some of its values before and after."""
    if not report.columns:
        return
    table = Table("header", "column", "type", "rule", "as read → as stored", title="Columns")
    for one in report.columns:
        header = " + ".join(one.headers)
        if one.lacking:
            header += f" lacks {', '.join(one.lacking)}"
        samples = [
            f"{told.read or ''} → {told.typed or ('nothing' if told.taken else 'set aside')}"
            for told in one.samples
        ]
        cells = (header, one.column, one.data_type, one.rule, "\n".join(samples))
        table.add_row(*map(escape, cells))
    out.print(table)
    for words, names in (
        ("Headers that no rule reads", report.unused_headers),
        ("Headers left out on purpose", report.ignored_headers),
        ("Columns that get nothing", report.empty_columns),
    ):
        if names:
            _say(f"{words}: {', '.join(names)}")


def _compare(figures: list[Compared]) -> None:
    """Key figures of the file beside those of the version loaded now: in all, then by scope."""
    if not figures:
        return
    loaded = [one for one in figures if one.loaded is not None]
    scopes = len({one.scope for one in figures})
    known = len({one.scope for one in loaded})
    again = f"{known:,} of {scopes:,} scope(s) loaded before" if known else "nothing loaded before"
    table = Table("figure", "this file", "loaded now", "difference", title=f"Key figures ({again})")
    for column in table.columns[1:]:
        column.justify = "right"
    for measure in dict.fromkeys(one.measure for one in figures):
        new = sum((one.new for one in figures if one.measure == measure), Decimal(0))
        if not loaded:
            table.add_row(measure, f"{new:,f}", "", "")
            continue
        # Only what is on both sides can be compared.
        both = [one for one in loaded if one.measure == measure]
        same = sum((one.new for one in both), Decimal(0))
        before = sum((one.loaded or Decimal(0) for one in both), Decimal(0))
        more = f" (+{new - same:,f} new)" if new != same else ""
        table.add_row(measure, f"{same:,f}{more}", f"{before:,f}", _signed(same - before))
    out.print(table)
    differing = [one for one in loaded if one.differs]
    if loaded and not differing:
        _say("Nothing loaded before would change.")
    for one in sorted(differing, key=lambda one: -abs(_gap(one)))[:FIRST_DIFFERENCES]:
        _say(
            f"  {one.scope.replace('|', ' ')}: {one.measure} {one.loaded:,f} → {one.new:,f} "
            f"({_signed(_gap(one))})"
        )
    if len(differing) > FIRST_DIFFERENCES:
        _say(f"  … and {len(differing) - FIRST_DIFFERENCES:,} more figures that would change")


def _gap(one: Compared) -> Decimal:
    return one.new - (one.loaded or Decimal(0))


def _signed(value: Decimal) -> str:
    return f"{value:+,f}" if value else "0"


def _say(text: str) -> None:
    out.print(text, highlight=False, markup=False, soft_wrap=True)
