"""Excel workbooks (.xlsx): every cell as text, the row numbers those of the sheet.

A workbook is a zip archive of XML. It is unpacked once within bounds before it is opened, which
catches bombs and lets cells with an error (#N/A, #DIV/0!) be named instead of read as empty.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import polars as pl

from pipelines.ingest.mappings import LINE, Mapping
from pipelines.ingest.readers import (
    ABOVE_HEADER,
    BLANK,
    CheckHeader,
    Chunk,
    Refused,
    text_frame,
)
from pipelines.settings import Settings

_ROWS = 50_000
# A sheet is opened as a whole: what would not fit a bounded memory belongs into CSV.
_MAX_UNPACKED = 200 << 20
_FREE_BYTES = 16 << 20
_STEP = 1 << 20
_COMPOUND = b"\xd0\xcf\x11\xe0"
_ERROR_CELL = re.compile(rb'<c(?=[^>]*\st="e")[^>]*\sr="([A-Z]+[0-9]+)"')
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_TIME_OF_DAY = r"\A18(?:99-12-3[01]|00-01-00) "


def read(
    path: Path, mapping: Mapping, settings: Settings, check_header: CheckHeader
) -> Iterator[Chunk]:
    """Chunks of one sheet of the workbook at `path`. Raises Refused."""
    import fastexcel

    sheet = _inspect(path, mapping, settings)
    try:
        loaded = fastexcel.read_excel(str(path)).load_sheet(
            sheet, header_row=None, skip_rows=0, dtypes="string"
        )
        frame = loaded.to_polars()
    except (fastexcel.FastExcelError, ValueError, OSError) as fault:
        raise Refused(f"sheet {sheet} cannot be read: save the workbook again as .xlsx") from fault
    if not frame.height:
        raise Refused(f"sheet {sheet} is empty: not even a header")
    frame = frame.with_columns(pl.all().str.replace(_TIME_OF_DAY, ""))

    start = 0
    blank = 0
    columns = list(mapping.header) if mapping.header is not None else None
    above = min(mapping.skip_lines, frame.height)
    start = above
    while columns is None:
        if start >= frame.height:
            raise Refused(f"sheet {sheet} is empty: not even a header")
        cells = [text.strip() if text else "" for text in frame.row(start)]
        start += 1
        if any(cells):
            columns = cells
        else:
            blank += 1
    used = [at for at, name in enumerate(columns) if name]
    used += [
        at
        for at in range(frame.width)
        if at not in used and frame.slice(start).get_column(frame.columns[at]).is_not_null().any()
    ]
    names = [columns[at] if at < len(columns) else "" for at in sorted(used)]
    check_header(names)
    if len(set(names)) != len(names) or "" in names:
        raise Refused("a column with values has no name in the header")
    skipped = {reason: lines for reason, lines in ((ABOVE_HEADER, above), (BLANK, blank)) if lines}
    yield Chunk(text_frame(names, [], []), skipped=skipped)
    body = frame.select(frame.columns[at] for at in sorted(used))
    body.columns = names
    for offset in range(start, frame.height, _ROWS):
        part = body.slice(offset, _ROWS)
        numbers = pl.int_range(offset + 1, offset + 1 + part.height, dtype=pl.Int64, eager=True)
        yield Chunk(part.with_columns(numbers.alias(LINE)))


def _inspect(path: Path, mapping: Mapping, settings: Settings) -> str:
    """The name of the sheet to read, after unpacking everything once within bounds."""
    with path.open("rb") as file:
        magic = file.read(4)
    if not magic:
        raise Refused("it is empty: not even a header")
    if magic == _COMPOUND:
        raise Refused(
            "it is protected by a password, or an old .xls workbook: save it as .xlsx without "
            "a password"
        )
    limit = min(_MAX_UNPACKED, max(_FREE_BYTES, path.stat().st_size * settings.max_expansion))
    try:
        with zipfile.ZipFile(path) as archive:
            sheets = _sheets(archive)
            name = mapping.sheet if mapping.sheet is not None else next(iter(sheets), None)
            if name is None:
                raise Refused("it has no sheet")
            if name not in sheets:
                raise Refused(f"it has no sheet called {name}, only {', '.join(sheets)}")
            unpacked = 0
            for entry in archive.infolist():
                unpacked += _unpack(archive, entry, limit - unpacked, sheets[name], settings)
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        KeyError,
        NotImplementedError,
        RuntimeError,
        ElementTree.ParseError,
        OSError,
        ValueError,
    ) as fault:
        raise Refused("it is no whole Excel workbook: save it again as .xlsx") from fault
    return name


def _unpack(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, left: float, sheet: str, settings: Settings
) -> int:
    """The true size of an entry; refuses error cells of the sheet that is read."""
    size = 0
    tail = b""
    with archive.open(entry) as stream:
        while piece := stream.read(_STEP):
            size += len(piece)
            if size > left:
                raise Refused(
                    f"it unpacks to more than {_MAX_UNPACKED >> 20} MB or "
                    f"{settings.max_expansion:g} times its size: send it as CSV"
                )
            if entry.filename == sheet:
                text = tail + piece
                if found := _ERROR_CELL.search(text):
                    cell = found[1].decode()
                    raise Refused(
                        f"cell {cell} shows an error instead of a value (#N/A, #DIV/0! …): mend "
                        "it and save again"
                    )
                tail = text[text.rfind(b"<c") :][-256:] if b"<c" in text else text[-256:]
    return size


def _sheets(archive: zipfile.ZipFile) -> dict[str, str]:
    """The visible sheets: name to entry of the archive."""
    targets = {
        rel.get("Id"): posixpath.normpath(posixpath.join("xl", rel.get("Target", "").lstrip("/")))
        if not rel.get("Target", "").startswith("/")
        else rel.get("Target", "").lstrip("/")
        for rel in ElementTree.fromstring(_small(archive, "xl/_rels/workbook.xml.rels"))
    }
    book = ElementTree.fromstring(_small(archive, "xl/workbook.xml"))
    return {
        sheet.get("name", ""): targets.get(sheet.get(_REL), "")
        for sheet in book.iter(f"{_MAIN}sheet")
        if sheet.get("state", "visible") == "visible"
    }


def _small(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as stream:
        text = stream.read(_STEP + 1)
    if len(text) > _STEP:
        raise Refused("it is no ordinary workbook: its list of sheets is too long")
    return text
