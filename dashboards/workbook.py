"""Spreadsheets of what a page shows: every row, the same totals, and a sheet that says so."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

# A sheet's limit, less its heading and its line of totals.
EXCEL_ROWS = 1_048_576 - 2


@dataclass(frozen=True)
class Sheet:
    """One sheet: `columns` maps a row's key to its heading; `totals` sums columns by key."""

    name: str
    columns: Mapping[str, str]
    rows: Sequence[Mapping[str, Any]]
    totals: Mapping[str, Any] | None = None


def workbook(
    title: str,
    about: Sequence[tuple[str, str]],
    sheets: Sequence[Sheet],
    written: datetime | None = None,
) -> bytes:
    """An .xlsx file. `about` is printed on “Read me”, followed by each sheet's rows and totals.

    The data sheets of the same rows are the same to the byte, whenever they are written; the whole
    file is where `written` (UTC, now unless given) is the same.

    Raises ValueError rather than leave a row out.
    """
    for sheet in sheets:
        if len(sheet.rows) > EXCEL_ROWS:
            raise ValueError(f"{sheet.name}: {len(sheet.rows):,} rows do not fit into a sheet.")
    import xlsxwriter

    written = written or datetime.now(UTC)
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(
        buffer,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "default_date_format": "yyyy-mm-dd",
        },
    )
    book.set_properties({"created": written.replace(tzinfo=None)})
    head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    bold = book.add_format({"bold": True, "top": 1})
    formats = {
        "money": book.add_format({"num_format": "#,##0.00"}),
        "moment": book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
        "bold_money": book.add_format({"num_format": "#,##0.00", "bold": True, "top": 1}),
    }
    readme = book.add_worksheet("Read me")
    readme.set_column(0, 0, 30, bold_plain := book.add_format({"bold": True}))
    readme.set_column(1, 1, 90, book.add_format({"text_wrap": True}))
    for sheet in sheets:
        page = book.add_worksheet(sheet.name[:31])
        page.freeze_panes(1, 1)
        for place, (key, heading) in enumerate(sheet.columns.items()):
            page.write_string(0, place, heading, head)
            widths = [len(_plain(row.get(key))) for row in sheet.rows[:200]]
            page.set_column(place, place, min(60, max([len(heading), *widths], default=8) + 2))
            for line, row in enumerate(sheet.rows, start=1):
                _write(page, line, place, row.get(key), formats)
            if sheet.totals and key in sheet.totals:
                total = sheet.totals[key]
                page.write(len(sheet.rows) + 1, place, _number(total), formats["bold_money"])
            elif sheet.totals and place == 0:
                page.write_string(len(sheet.rows) + 1, place, "Total", bold)
            elif sheet.totals:
                page.write_blank(len(sheet.rows) + 1, place, None, bold)
        if sheet.rows:
            page.autofilter(0, 0, len(sheet.rows), len(sheet.columns) - 1)
    # Last: what the data sheets say is then numbered alike in every file of the same rows.
    lines = [*about, ("Written", f"{written:%Y-%m-%d %H:%M:%S} UTC")]
    for sheet in sheets:
        lines.append((f"Rows of “{sheet.name}”", f"{len(sheet.rows)}"))
        lines += [
            (f"Total of {sheet.columns[key]}", _plain(value))
            for key, value in (sheet.totals or {}).items()
        ]
    readme.write_string(0, 0, title, bold_plain)
    for line, (name, text) in enumerate(lines, start=2):
        readme.write_string(line, 0, name)
        readme.write_string(line, 1, text)
    book.close()
    return buffer.getvalue()


def _number(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else value


def _plain(value: Any) -> str:
    return "" if value is None else str(value)


def _write(page: Any, line: int, place: int, value: Any, formats: Mapping[str, Any]) -> None:
    """One cell, typed; text is always written as text, never as a formula or a link."""
    if value is None:
        return
    if isinstance(value, bool):
        page.write_boolean(line, place, value)
    elif isinstance(value, Decimal):
        page.write_number(line, place, float(value), formats["money"])
    elif isinstance(value, int | float):
        page.write_number(line, place, value)
    elif isinstance(value, datetime):
        utc = value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
        page.write_datetime(line, place, utc, formats["moment"])
    elif isinstance(value, date):
        page.write_datetime(line, place, datetime(value.year, value.month, value.day))
    else:
        page.write_string(line, place, str(value))
