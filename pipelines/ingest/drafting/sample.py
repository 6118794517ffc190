"""The first rows of a file, and how it is written."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.ingest.drafting.matching import is_known
from pipelines.ingest.readers import Refused
from pipelines.ingest.readers.encodings import decide
from pipelines.ingest.readers.streams import open_stream
from pipelines.ingest.readers.workbooks.facts import Facts, Looked, SheetRef
from pipelines.settings import Settings

ROWS = 2_000
_BYTES = 2 << 20
_SEPARATORS = (",", ";", "\t", "|", "^", "~")
_SEARCHED = 50
_WORKBOOKS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
_NUMBER_OR_DATE = re.compile(r"[\s$€£¥(+-]*\d[\d.,:/\s'TZ-]*[)%-]*")
_WIDE = (b"\xff\xfe", b"\xfe\xff")
_NOT_HERE = {
    "<": "it is XML: the shipped mappings read POSLog and EPCIS; another kind needs one by hand",
    "{": "it is JSON: write its mapping by hand (format: json, records:, each:)",
    "[": "it is JSON: write its mapping by hand (format: json, records:, each:)",
}


@dataclass
class Sample:
    """What a file shows at its beginning. `frame` holds text; `says` are keys of the mapping.

    `doubts` are words about a key that a person should look at.
    """

    frame: pl.DataFrame
    says: dict[str, Any] = field(default_factory=dict)
    doubts: dict[str, str] = field(default_factory=dict)
    sheets: list[str] = field(default_factory=list)

    @property
    def headers(self) -> list[str]:
        return self.frame.columns


def take(path: Path, settings: Settings) -> Sample:
    """The beginning of the file at `path`. Raises Refused for what nobody can draft."""
    suffix = Path(path.name.lower().removesuffix(".gz")).suffix
    if suffix == ".parquet":
        return Sample(_text(pl.read_parquet(path, n_rows=ROWS)))
    with path.open("rb") as file:
        start = file.read(8)
    if suffix in _WORKBOOKS and (start.startswith((b"PK", b"\xd0\xcf\x11\xe0"))):
        return _workbook(path, settings)
    sample = _delimited(path, settings)
    if suffix not in (".csv", ".txt", ".tsv"):
        sample.says["format"] = "csv"
    return sample


def _text(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.select(pl.all().cast(pl.String, strict=False))


# ── delimited text ───────────────────────────────────────────────────────────────────────────


def _delimited(path: Path, settings: Settings) -> Sample:
    says: dict[str, Any] = {}
    doubts: dict[str, str] = {}
    lines = _lines(path, settings, says, doubts)
    separator = _separator(lines)
    if separator == "|" and sum(line.startswith("|") for line in lines[:200]) > 3:
        raise Refused(
            "it is a framed list, as SAP prints them: try the shipped mappings with loupe check, "
            "or write one with format: sap_list"
        )
    if separator != ",":
        says["delimiter"] = separator
    records = _records(lines[: ROWS + _SEARCHED], separator)
    at, is_header = _header(records)
    names = [text.strip() for text in records[at]]
    body = records[at + 1 :]
    if not is_header:
        names = [f"column_{no}" for no in range(1, len(names) + 1)]
        says["header"] = names
        doubts["header"] = "no line looks like a header: name the columns"
        body = records[at:]
        if at:
            says["skip_lines"] = at
    elif at:
        says["find_header"] = True
        doubts["find_header"] = f"line {at + 1} was taken for the header"
    return Sample(_frame(names, body), says, doubts)


def _lines(
    path: Path, settings: Settings, says: dict[str, Any], doubts: dict[str, str]
) -> list[str]:
    """The first lines, in the encoding decided by the bytes of all of them."""
    stream = open_stream(path, settings.max_expansion)
    try:
        encoding = decide(stream)
    finally:
        stream.close()
    stream = open_stream(path, settings.max_expansion)
    try:
        raw = b""
        while len(raw) < _BYTES and (piece := stream.read(_BYTES)):
            raw += piece
    finally:
        stream.close()
    name = "utf-16" if raw.startswith(_WIDE) else encoding.name
    text = raw.decode(name, errors="replace").removeprefix("\ufeff")
    if not text.strip():
        raise Refused("it is empty: there is nothing to draft a mapping from")
    if "\0" in text:
        raise Refused("it is no text and no workbook: have it exported as CSV or .xlsx")
    if words := _NOT_HERE.get(text.lstrip()[0]):
        raise Refused(words)
    if name != "utf-8":
        says["encoding"] = name
        if not name.startswith("utf"):
            doubts["encoding"] = f"{encoding.words}, because it is no UTF-8: do accents look right?"
    lines = re.split(r"\r\n|\n|\r", text)
    return lines[:-1] if len(raw) >= _BYTES else lines


def _separator(lines: list[str]) -> str:
    """The one that cuts most lines into equally many pieces."""
    best = (0.0, 0, ",")
    for separator in _SEPARATORS:
        widths = [len(record) for record in _records(lines[:300], separator) if any(record)]
        usual, times = Counter(widths).most_common(1)[0] if widths else (1, 0)
        if usual > 1:
            best = max(best, (times / len(widths), usual, separator))
    return best[2]


def _records(lines: Iterable[str], separator: str) -> list[list[str]]:
    try:
        return list(csv.reader((f"{line}\n" for line in lines), delimiter=separator))
    except csv.Error as fault:
        raise Refused(f"its lines cannot be read ({fault}): look at the quotes") from fault


def _header(records: list[list[str]]) -> tuple[int, bool]:
    """Which record is the header, and whether it looks like one."""
    widths = Counter(len(one) for one in records if any(text.strip() for text in one))
    usual = max(widths, key=lambda width: (widths[width], width)) if widths else 0
    best, score = 0, -1.0
    for at, cells in enumerate(records[:_SEARCHED]):
        texts = [text.strip() for text in cells]
        given = [text for text in texts if text]
        if not given or abs(len(cells) - usual) > 1:
            continue
        plain = [text for text in given if not _NUMBER_OR_DATE.fullmatch(text)]
        told = len(plain) / usual + 2 * sum(map(is_known, plain)) / usual
        told -= 2 * (len(given) - len(plain)) / usual + (len(set(given)) < len(given))
        if told > score + 0.01:
            best, score = at, told
    return best, score >= 0.75


def _frame(names: list[str], rows: list[list[str]]) -> pl.DataFrame:
    width = len(names)
    whole = [row for row in rows if len(row) == width and any(text.strip() for text in row)]
    columns = list(zip(*whole[:ROWS], strict=True)) if whole else [()] * width
    unique = [name if name not in names[:at] else f"{name} {at}" for at, name in enumerate(names)]
    frame = pl.DataFrame(
        [pl.Series(name, texts, pl.String) for name, texts in zip(unique, columns, strict=True)]
    )
    return frame.select(
        pl.when(pl.col(name).str.strip_chars() != "").then(pl.col(name).str.strip_chars())
        for name in frame.columns
    )


# ── workbooks ────────────────────────────────────────────────────────────────────────────────


def _workbook(path: Path, settings: Settings) -> Sample:
    from pipelines.ingest.readers.workbooks.opening import look_into
    from pipelines.ingest.readers.workbooks.package import damage_in_words
    from pipelines.ingest.readers.workbooks.values import values_of

    book = look_into(path, path.name, settings)
    with damage_in_words():
        looked = Looked(book)
    tables: list[tuple[SheetRef, Sample]] = []
    with values_of(path) as values:
        for sheet in book.sheets:
            if not sheet.is_table or not sheet.is_visible or len(tables) >= 40:
                continue
            with damage_in_words():
                facts = looked.facts(sheet)
            if facts.rows > 1:
                frame, _ = values.sheet(sheet.name, facts)
                tables.append((sheet, _sheet(frame, facts)))
    if not tables:
        raise Refused("it has no sheet with a table")
    best = max(
        tables, key=lambda one: sum(map(is_known, one[1].headers)) * 100 + one[1].frame.height
    )
    sample = best[1]
    alike = [sheet for sheet, one in tables if set(one.headers) == set(sample.headers)]
    first = next(sheet for sheet in book.sheets if sheet.is_table and sheet.is_visible)
    if len(alike) > 1:
        sample.says["sheet"] = "each"
        sample.doubts["sheet"] = f"{len(alike)} sheets have this header: all of them are read"
        sample.sheets = [sheet.name for sheet in alike]
    elif best[0] != first:
        sample.says["sheet"] = best[0].name
        sample.doubts["sheet"] = "the sheet that looks most like a table"
    return sample


def _sheet(frame: pl.DataFrame, facts: Facts) -> Sample:
    from pipelines.ingest.readers.workbooks.header import complete, find_header

    top = [[text or "" for text in row] for row in frame.head(_SEARCHED).rows()]
    filled = [sum(bool(text.strip()) for text in row) for row in top]
    width = max(filled, default=1)
    # A title stands alone in its row: it is as wide as the table only when the table is narrow.
    wide = [row if count * 2 >= width else [] for row, count in zip(top, filled, strict=True)]
    at, _ = _header(wide)
    across = any(
        merge.first_row == merge.last_row == at and merge.last_column > merge.first_column
        for merge in facts.merges
    )
    below = [text for text in (top[at + 1] if at + 1 < len(top) else []) if text.strip()]
    height = 2 if across and below and not any(map(_NUMBER_OR_DATE.fullmatch, below)) else 1
    header = find_header(
        frame, facts.merges, facts.first_column, frozenset(), at, height, lambda cells: cells
    )
    assert header is not None
    names = complete(header.names, frame, header.body, facts.first_column)
    used = [no for no, name in enumerate(names) if name]
    body = frame.slice(header.body, ROWS).select(frame.columns[no] for no in used)
    rows = [[text or "" for text in row] for row in body.rows()]
    sample = Sample(_frame([names[no] for no in used], rows))
    if height == 2:
        sample.says["header_rows"] = 2
    return sample
