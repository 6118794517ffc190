"""`loupe explain`: one figure, followed to files and lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rich.table import Column, Table

from pipelines.commands.published import READ_FAULTS, open_publish
from pipelines.commands.screen import out, print_json, stop
from pipelines.settings import Home

if TYPE_CHECKING:
    from dashboards.explain import Explanation, Part

ROWS_SHOWN = 20
_PLACE = ("file_name", "line")
_NOT_SHOWN = {*_PLACE, "received_at"}
_NAMES_SHOWN = 1
_SUMS_SHOWN = 2


def show_explanation(
    home: Home,
    table: str,
    keys: list[str],
    measure: str | None,
    as_of: str | None,
    as_json: bool,
) -> None:
    """Print the definition, the figure, and the rows, files and lines behind it."""
    from dashboards.explain import ExplainError, explain, keys_from_text

    run = open_publish(home, as_of)
    try:
        told = explain(run, table, keys_from_text(keys), measure)
    except (*READ_FAULTS, ExplainError) as fault:
        raise stop(str(fault)) from fault
    if as_json:
        print_json(asdict(told))
    else:
        _show(told)


def _show(told: Explanation) -> None:
    out.print(told.title, style="bold", markup=False)
    if told.measure:
        out.print(f"{told.measure} = {told.said}", highlight=False, markup=False)
    for definition in told.definitions:
        out.print(f"{definition.name}: {definition.text}", highlight=False, markup=False)
        for extra in (definition.formula, definition.caveats):
            if extra:
                out.print(f"  {extra}", highlight=False, markup=False)
    out.print(f"{told.row_count:,} row(s) of {told.table} · {told.run_id}", highlight=False)
    if len(told.rows) == 1:
        out.print(_in_line(told.rows[0]), highlight=False, markup=False)
    else:
        _rows(told.columns, told.rows)
    for part in told.parts:
        _part(part)
    for held in told.sums:
        sign = "=" if held.holds else "≠"
        of = f"{held.measure}: these rows add up to {held.total or 0:,}"
        out.print(f"{of} {sign} {held.figure or 0:,}", highlight=False, markup=False)
    for row in told.set_aside[:ROWS_SHOWN]:
        out.print(f"set aside: {_in_line(row)}", highlight=False, markup=False)
    failed = [check for check in told.checks if not check.passed]
    out.print(
        f"{len(told.checks) - len(failed)} of {len(told.checks)} checks passed", highlight=False
    )
    for check in failed:
        out.print(f"✗ {check.subject}: {check.rule} ({check.observed})", markup=False)


def _part(part: Part) -> None:
    condition = f" where {part.row_filter}" if part.row_filter else ""
    sums = ", ".join(f"{column} {total:,}" for column, total in part.totals.items() if total)
    out.print(f"\n{part.count:,} row(s) of {part.fact_table}{condition}: {sums}", markup=False)
    said = [c for c in part.columns if c not in {*_NOT_SHOWN, *part.joined_on}]
    named = [c for c in said if c not in part.totals][:_NAMES_SHOWN]
    makes = [*part.adds_up.values(), *part.totals]
    summed = [c for c in dict.fromkeys(makes) if part.totals.get(c)][:_SUMS_SHOWN]
    _rows([*_PLACE, *named, *dict.fromkeys(summed)], part.rows)


def _rows(columns: Sequence[str], rows: Sequence[dict[str, Any]]) -> None:
    table = Table(*(Column(c, no_wrap=c in _PLACE) for c in columns))
    for row in rows[:ROWS_SHOWN]:
        table.add_row(*("" if row.get(c) is None else str(row[c]) for c in columns))
    out.print(table)
    if len(rows) > ROWS_SHOWN:
        out.print(f"… the first {ROWS_SHOWN}; all with --json", highlight=False)


def _in_line(row: dict[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in row.items() if value is not None)
