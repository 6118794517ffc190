"""Workbooks for tests, in every format, made of the same cells.

    make("xls", {"Feuil1": [["Store", "Day"], ["NYC", date(2024, 1, 2)]]})

A cell is text, a number, a date, a datetime, a time, a bool, None, `Formula` or `Fault`.
`.xlsb` and `.ods` are written by hand, byte by byte: no package writes the first.
"""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any
from xml.sax.saxutils import escape

import xlsxwriter
import xlwt

FORMATS = ("xlsx", "xlsm", "xlsb", "xls", "ods")


@dataclass(frozen=True)
class Formula:
    """A formula and what it showed when the workbook was saved."""

    text: str
    value: Any


@dataclass(frozen=True)
class Fault:
    """A cell that shows an error."""

    text: str = "#N/A"


@dataclass
class Look:
    """What a workbook has besides values; rows and columns from 0."""

    hidden_rows: dict[str, Iterable[int]] = field(default_factory=dict)
    hidden_sheets: tuple[str, ...] = ()
    # First row, first column, last row, last column.
    merged: dict[str, list[tuple[int, int, int, int]]] = field(default_factory=dict)
    is_1904: bool = False


Sheets = dict[str, list[list[Any]]]


def make(form: str, sheets: Sheets, look: Look | None = None) -> bytes:
    look = look or Look()
    if form in ("xlsx", "xlsm"):
        return _xlsx(sheets, look)
    return {"xls": _xls, "ods": _ods, "xlsb": _xlsb}[form](sheets, look)


def repacked(data: bytes, changes: dict[str, bytes]) -> bytes:
    """The same zip archive with some entries changed or added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", 8) as new:
        for entry in old.infolist():
            if entry.filename not in changes:
                new.writestr(entry.filename, old.read(entry))
        for name, text in changes.items():
            new.writestr(name, text)
    return out.getvalue()


# ── .xlsx ────────────────────────────────────────────────────────────────────────────────────


def _xlsx(sheets: Sheets, look: Look) -> bytes:
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True, "date_1904": look.is_1904})
    styles = {
        date: book.add_format({"num_format": "dd/mm/yyyy"}),
        datetime: book.add_format({"num_format": "dd/mm/yyyy hh:mm:ss"}),
        time: book.add_format({"num_format": "hh:mm"}),
    }
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for one in look.merged.get(name, ()):
            sheet.merge_range(*one, "")
        for r, row in enumerate(rows):
            for c, value in enumerate(row):
                _xlsx_cell(sheet, r, c, value, styles.get(type(value)))
        for row_no in look.hidden_rows.get(name, ()):
            sheet.set_row(row_no, None, None, {"hidden": True})
        if name in look.hidden_sheets:
            sheet.hide()
    book.close()
    return file.getvalue()


def _xlsx_cell(sheet: Any, r: int, c: int, value: Any, style: Any) -> None:
    if isinstance(value, Formula):
        sheet.write_formula(r, c, value.text, None, value.value)
    elif isinstance(value, Fault):
        sheet.write_formula(r, c, "=NA()", None, value.text)
    elif style is not None:
        sheet.write_datetime(r, c, value, style)
    elif isinstance(value, bool):
        sheet.write_boolean(r, c, value)
    elif isinstance(value, str):
        sheet.write_string(r, c, value)
    elif value is not None:
        sheet.write_number(r, c, value)


# ── .xls ─────────────────────────────────────────────────────────────────────────────────────


def xls_book(sheets: Sheets, look: Look) -> xlwt.Workbook:
    book = xlwt.Workbook()
    book.dates_1904 = look.is_1904
    styles = {
        datetime: xlwt.easyxf(num_format_str="DD/MM/YYYY HH:MM:SS"),
        date: xlwt.easyxf(num_format_str="DD/MM/YYYY"),
        time: xlwt.easyxf(num_format_str="HH:MM"),
    }
    for name, rows in sheets.items():
        sheet = book.add_sheet(name)
        for first_row, first_column, last_row, last_column in look.merged.get(name, ()):
            sheet.merge(first_row, last_row, first_column, last_column)
        for r, row in enumerate(rows):
            for c, value in enumerate(row):
                if isinstance(value, Fault):
                    sheet.row(r).set_cell_error(c, _FAULT_NUMBERS[value.text])
                elif isinstance(value, Formula):
                    # xlwt keeps no value of a formula: what it showed is written instead.
                    sheet.write(r, c, value.value)
                elif type(value) in styles:
                    sheet.write(r, c, value, styles[type(value)])
                elif value is not None:
                    sheet.write(r, c, value)
        for row_no in look.hidden_rows.get(name, ()):
            sheet.row(row_no).hidden = True
        if name in look.hidden_sheets:
            sheet.visibility = 1
    return book


def _xls(sheets: Sheets, look: Look) -> bytes:
    file = io.BytesIO()
    xls_book(sheets, look).save(file)
    return file.getvalue()


# ── .ods ─────────────────────────────────────────────────────────────────────────────────────

_ODS_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?><office:document-content '
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0" '
    'office:version="1.3"><office:automatic-styles>'
    '<style:style style:name="off" style:family="table">'
    '<style:table-properties table:display="false"/></style:style>'
    "</office:automatic-styles><office:body><office:spreadsheet>"
)


def _ods_cell(value: Any, merged: str) -> str:
    if value is None:
        return f"<table:table-cell{merged}/>"
    if isinstance(value, Fault):
        return (
            f'<table:table-cell{merged} table:formula="of:=NA()" office:value-type="string" '
            f'office:string-value="" calcext:value-type="error"><text:p>{value.text}</text:p>'
            "</table:table-cell>"
        )
    formula = ""
    if isinstance(value, Formula):
        formula = f' table:formula="of:{escape(value.text)}"'
        value = value.value
    if isinstance(value, bool):
        told = f'office:value-type="boolean" office:boolean-value="{str(value).lower()}"'
    elif isinstance(value, date):
        told = f'office:value-type="date" office:date-value="{value.isoformat()}"'
    elif isinstance(value, time):
        told = f'office:value-type="time" office:time-value="{value.strftime("PT%HH%MM%SS")}"'
    elif isinstance(value, str):
        told = 'office:value-type="string"'
    else:
        told = f'office:value-type="float" office:value="{value}"'
    shown = escape(str(value))
    return f"<table:table-cell{formula}{merged} {told}><text:p>{shown}</text:p></table:table-cell>"


def ods_content(sheets: Sheets, look: Look) -> str:
    out = [_ODS_HEAD]
    for name, rows in sheets.items():
        style = ' table:style-name="off"' if name in look.hidden_sheets else ""
        out.append(f'<table:table table:name="{escape(name)}"{style}>')
        hidden = set(look.hidden_rows.get(name, ()))
        spans = {
            (r1, c1): f' table:number-rows-spanned="{r2 - r1 + 1}"'
            f' table:number-columns-spanned="{c2 - c1 + 1}"'
            for r1, c1, r2, c2 in look.merged.get(name, ())
        }
        for r, row in enumerate(rows):
            visible = ' table:visibility="filter"' if r in hidden else ""
            cells = "".join(_ods_cell(value, spans.get((r, c), "")) for c, value in enumerate(row))
            out.append(f"<table:table-row{visible}>{cells}</table:table-row>")
        # As LibreOffice ends every sheet.
        out.append(
            '<table:table-row table:number-rows-repeated="1048000"><table:table-cell '
            'table:number-columns-repeated="16384"/></table:table-row></table:table>'
        )
    out.append("</office:spreadsheet></office:body></office:document-content>")
    return "".join(out)


def _ods(sheets: Sheets, look: Look) -> bytes:
    return ods_of(ods_content(sheets, look))


def ods_of(content: str, manifest: str = "") -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        out.writestr("content.xml", content)
        out.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"'
            f">{manifest}</manifest:manifest>",
        )
    return file.getvalue()


# ── .xlsb ────────────────────────────────────────────────────────────────────────────────────


def _record(kind: int, body: bytes = b"") -> bytes:
    head = bytes([kind]) if kind < 0x80 else bytes([kind & 0x7F | 0x80, kind >> 7])
    size = len(body)
    length = b""
    while True:
        length += bytes([size & 0x7F | (0x80 if size > 0x7F else 0)])
        size >>= 7
        if not size:
            return head + length + body


def _wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


_FAULT_NUMBERS = {"#NULL!": 0, "#DIV/0!": 7, "#VALUE!": 15, "#REF!": 23, "#NAME?": 29, "#N/A": 42}
# Styles of the cells: 0 as it is, 1 a day, 2 a moment, 3 a time of day.
_STYLES = {date: 1, datetime: 2, time: 3}


def serial(value: date | time, is_1904: bool = False) -> float:
    """A day as the number a workbook keeps."""
    zero = datetime(1904, 1, 1) if is_1904 else datetime(1899, 12, 30)
    if isinstance(value, time):
        return (value.hour * 3600 + value.minute * 60 + value.second) / 86400
    moment = value if isinstance(value, datetime) else datetime(value.year, value.month, value.day)
    return (moment - zero).total_seconds() / 86400


def _xlsb_cell(column: int, value: Any, is_1904: bool) -> bytes:
    if isinstance(value, Formula):
        value = value.value
    head = struct.pack("<II", column, _STYLES.get(type(value), 0))
    if isinstance(value, Fault):
        return _record(3, head + bytes([_FAULT_NUMBERS[value.text]]))
    if isinstance(value, bool):
        return _record(4, head + bytes([value]))
    if isinstance(value, str):
        return _record(6, head + _wide(value))
    if isinstance(value, date | time):
        value = serial(value, is_1904)
    return _record(5, head + struct.pack("<d", value))


def _xlsb(sheets: Sheets, look: Look) -> bytes:
    formats = [(164, "dd/mm/yyyy"), (165, "dd/mm/yyyy hh:mm:ss"), (166, "hh:mm")]
    styles = _record(278) + _record(615, struct.pack("<I", 3))
    styles += b"".join(_record(44, struct.pack("<H", no) + _wide(text)) for no, text in formats)
    styles += _record(616) + _record(617, struct.pack("<I", 4))
    for no in (0, 164, 165, 166):
        styles += _record(47, struct.pack("<HH", 0, no) + bytes(12))
    styles += _record(618) + _record(279)
    book = _record(131) + _record(153, struct.pack("<III", int(look.is_1904), 0, 0))
    book += _record(143)
    for at, name in enumerate(sheets, start=1):
        state = int(name in look.hidden_sheets)
        book += _record(156, struct.pack("<II", state, at) + _wide(f"rId{at}") + _wide(name))
    book += _record(144) + _record(132)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as out:
        main = "http://schemas.openxmlformats.org"
        links = "".join(
            f'<Relationship Id="rId{at}" Type="{main}/officeDocument/2006/relationships/worksheet" '
            f'Target="worksheets/sheet{at}.bin"/>'
            for at in range(1, len(sheets) + 1)
        )
        out.writestr("[Content_Types].xml", f'<Types xmlns="{main}/package/2006/content-types"/>')
        out.writestr(
            "xl/_rels/workbook.bin.rels",
            f'<Relationships xmlns="{main}/package/2006/relationships">{links}</Relationships>',
        )
        out.writestr("xl/workbook.bin", book)
        out.writestr("xl/styles.bin", styles)
        for at, (name, rows) in enumerate(sheets.items(), start=1):
            out.writestr(f"xl/worksheets/sheet{at}.bin", _xlsb_sheet(name, rows, look))
    return file.getvalue()


def _xlsb_sheet(name: str, rows: list[list[Any]], look: Look) -> bytes:
    width = max((len(row) for row in rows), default=1)
    hidden = set(look.hidden_rows.get(name, ()))
    told = _record(129) + _record(148, struct.pack("<4I", 0, max(0, len(rows) - 1), 0, width - 1))
    told += _record(145)
    for r, row in enumerate(rows):
        flags = 0x10 if r in hidden else 0
        told += _record(0, struct.pack("<IIHBBBI", r, 0, 300, 0, flags, 0, 0))
        for c, value in enumerate(row):
            if value is not None:
                told += _xlsb_cell(c, value, look.is_1904)
    told += _record(146)
    merged = look.merged.get(name, [])
    if merged:
        told += _record(177, struct.pack("<I", len(merged)))
        for r1, c1, r2, c2 in merged:
            told += _record(176, struct.pack("<4I", r1, r2, c1, c2))
        told += _record(178)
    return told + _record(130)
