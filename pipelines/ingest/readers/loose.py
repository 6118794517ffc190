"""Delimited text of which the mapping leaves something open: the encoding, the separator, where
the header stands, what its columns are called. It is found out first; then the file is read like
any other, and what stands between its rows is left out, line by line counted.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import polars as pl

from pipelines.ingest.mapping.model import Mapping
from pipelines.ingest.mapping.own_headers import LINE
from pipelines.ingest.mapping.strict import AUTO
from pipelines.ingest.readers import (
    ABOVE_HEADER,
    BadLine,
    CheckHeader,
    Chunk,
    Refused,
    delimited,
    encodings,
)
from pipelines.ingest.readers.headers import (
    SEARCHED_LINES,
    FoundHeader,
    find_header,
    known_names,
    written_names,
)
from pipelines.ingest.readers.lines import too_long
from pipelines.ingest.readers.streams import Transcoded, open_stream
from pipelines.settings import Settings

REPEATED_HEADER = "repeated header"
_SEPARATORS = (",", ";", "\t", "|", "^", "~")
_SEPARATOR_WORDS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}
# Excel writes it above the header, and hides it when it opens the file.
_HINT = re.compile(r'"?sep=(.)"?')
_WEB = ("<html", "<!doctype html", "<table", "<head", "<meta")
_SAMPLE_STEP = 1 << 16
_SAMPLE_BYTES = 8 << 20
UNNAMED = "\0"


def read(
    path: Path,
    mapping: Mapping,
    settings: Settings,
    check_header: CheckHeader,
    leave_out: Callable[[Chunk], None] | None = None,
) -> Iterator[Chunk]:
    """Chunks of the file at `path`, less what `leave_out` takes from them. Raises Refused."""
    settled, findings = settle_encoding(path, mapping, settings)
    lines = first_lines(path, settled, settings)
    if not any(line.strip() for line in lines):
        raise Refused("it is empty: not even a header. A day without rows still has its header")
    if lines[0].lstrip().lower().startswith(_WEB):
        raise Refused(
            "it is a web page that is called a list, perhaps one that asks to sign in: export the "
            "list again as text or as a workbook"
        )
    settled, header = _header(lines, settled, settings)
    if mapping.delimiter == AUTO:
        separator = settled.delimiter
        findings["separator"] = _SEPARATOR_WORDS.get(separator, separator)
    above = 0
    if header is not None:
        if mapping.find_header:
            findings["header"] = f"line {header.at + 1}"
        check_header([name for name in header.names if name])
        names = [name or f"{UNNAMED}{at}" for at, name in enumerate(header.names)]
        settled = settled.model_copy(
            update={"header": tuple(names), "skip_lines": header.at + 1, "find_header": False}
        )
        above = header.at
    stream = open_stream(path, settings.max_expansion)
    with closing(stream):
        accept = check_header if header is None else _accept
        for chunk in delimited.read_stream(stream, settled, settings, accept):
            if header is not None:
                _count_above(chunk, above)
                without_repeats(chunk, header.cells)
            if leave_out is not None:
                leave_out(chunk)
            without_unnamed(chunk)
            without_marked(chunk, mapping)
            chunk.findings, findings = findings, {}
            if header is not None:
                chunk.written = written_names(header.cells, header.names)
            yield chunk


def _accept(names: list[str]) -> None:
    """The header was looked at already."""


def _count_above(chunk: Chunk, above: int) -> None:
    """The header was skipped with the lines above it, and is not counted as one of them."""
    if chunk.skipped.pop(ABOVE_HEADER, 0) and above:
        chunk.skipped[ABOVE_HEADER] = above


def settle_encoding(
    path: Path, mapping: Mapping, settings: Settings
) -> tuple[Mapping, dict[str, str]]:
    """The mapping with the file's own encoding, and what was found. Raises Refused."""
    stream = open_stream(path, settings.max_expansion)
    try:
        start = stream.read(_SAMPLE_STEP)
        if mapping.encoding != AUTO:
            delimited.refuse_binary(start, mapping)
            return mapping, {}
        delimited.refuse_archive(start)
        found = encodings.decide(_Onwards(start, stream))
    finally:
        stream.close()
    settled = mapping.model_copy(update={"encoding": found.name})
    delimited.refuse_binary(start, settled)
    return settled, {"encoding": found.words}


class _Onwards:
    """A stream of which the first bytes were taken already."""

    def __init__(self, start: bytes, rest: delimited.Stream) -> None:
        self._start = start
        self._rest = rest

    def read(self, size: int, /) -> bytes:
        if self._start:
            start, self._start = self._start[:size], self._start[size:]
            return start
        return self._rest.read(size)

    def close(self) -> None:
        self._rest.close()


def first_lines(path: Path, mapping: Mapping, settings: Settings) -> list[str]:
    """The lines among which the header is looked for, decoded."""
    stream = open_stream(path, settings.max_expansion)
    wanted = mapping.skip_lines + SEARCHED_LINES + 1
    if mapping.encoding != "utf-8":
        stream = Transcoded(stream, mapping.encoding)
    data = b""
    try:
        while len(data) < _SAMPLE_BYTES and data.count(b"\n") <= wanted:
            piece = stream.read(_SAMPLE_STEP)
            if not piece:
                break
            data += piece
            if b"\n" not in data and data.count(b"\r") > wanted:
                break
    finally:
        stream.close()
    text = data.decode("utf-8", errors="replace").removeprefix("\ufeff")
    if "\n" not in text:
        text = text.replace("\r", "\n")
    lines = [line.removesuffix("\r") for line in text.split("\n")[:wanted]]
    for number, line in enumerate(lines, 1):
        if len(line) > settings.max_line_bytes:
            raise too_long(number, settings)
    return lines


# ── the header ───────────────────────────────────────────────────────────────────────────────


def _header(
    lines: list[str], mapping: Mapping, settings: Settings
) -> tuple[Mapping, FoundHeader | None]:
    """The mapping with its separator settled, and the header unless the mapping lists it."""
    if mapping.delimiter == AUTO and (hint := _HINT.fullmatch(lines[0].strip())):
        mapping = mapping.model_copy(update={"delimiter": hint[1]})
        if not mapping.find_header and not mapping.skip_lines:
            mapping = mapping.model_copy(update={"skip_lines": 1})
    if mapping.delimiter != AUTO:
        split = _split(lines, mapping, settings)
        return mapping, None if mapping.header is not None else _found(split, mapping)
    tried = {
        separator: mapping.model_copy(update={"delimiter": separator}) for separator in _SEPARATORS
    }
    splits = {separator: _split(lines, one, settings) for separator, one in tried.items()}
    best = max(splits, key=lambda separator: _score(splits[separator], mapping))
    if mapping.header is not None:
        return tried[best], None
    return tried[best], _found(splits[best], tried[best])


def _split(lines: list[str], mapping: Mapping, settings: Settings) -> list[list[str]]:
    layout = delimited.Layout.of(mapping, settings)
    rows = []
    for line in lines:
        try:
            rows.append([cell.strip() for cell in layout.fields(line)])
        except (csv.Error, StopIteration):
            rows.append([line])
    return rows


def _score(rows: list[list[str]], mapping: Mapping) -> tuple[int, int]:
    """How well rows split this way fit the mapping: headers recognised, else rows of its width."""
    if mapping.header is not None:
        width = len(mapping.header)
        return sum(len(row) == width for row in rows[mapping.skip_lines :]), 0
    candidates = rows if mapping.find_header else _first_of(rows, mapping)[1]
    known = max(
        (len(set(known_names(row, mapping)) & mapping.known_headers) for row in candidates),
        default=0,
    )
    # Where no header is known, the separator that splits most is named in the refusal.
    return known, max((len(row) for row in candidates), default=0)


def _first_of(rows: list[list[str]], mapping: Mapping) -> tuple[int, list[list[str]]]:
    """The first row with anything in it below the lines that the mapping skips."""
    for at in range(mapping.skip_lines, len(rows)):
        if any(rows[at]):
            return at, [rows[at]]
    return len(rows), []


def _found(rows: list[list[str]], mapping: Mapping) -> FoundHeader:
    if mapping.find_header:
        found = find_header(rows[mapping.skip_lines :], mapping)
        return replace(found, at=found.at + mapping.skip_lines)
    at, row = _first_of(rows, mapping)
    if not row:
        raise Refused("it is empty: not even a header. A day without rows still has its header")
    return FoundHeader(at, row[0], known_names(row[0], mapping))


# ── what stands between the rows ─────────────────────────────────────────────────────────────


def without_repeats(chunk: Chunk, cells: list[str]) -> None:
    """Leaves out the lines that say the header again."""
    frame = chunk.frame
    names = frame.columns[: len(cells)]
    if not frame.height:
        return
    shown = next(at for at, cell in enumerate(cells) if cell)
    first = frame.get_column(names[shown]).str.strip_chars() == cells[shown]
    if not first.fill_null(False).any():
        return
    again = frame.select(
        pl.all_horizontal(
            pl.col(name).fill_null("").str.strip_chars() == cell
            for name, cell in zip(names, cells, strict=True)
        )
    ).to_series()
    if again.any():
        chunk.frame = frame.filter(~again)
        chunk.skipped[REPEATED_HEADER] = chunk.skipped.get(REPEATED_HEADER, 0) + int(again.sum())


def without_unnamed(chunk: Chunk) -> None:
    """Drops columns without a name; a line with a value there is set aside, not cut short."""
    unnamed = [name for name in chunk.frame.columns if name.startswith(UNNAMED)]
    if not unnamed:
        return
    frame = chunk.frame
    lost = frame.select(
        pl.any_horizontal(pl.col(name).str.strip_chars().fill_null("") != "" for name in unnamed)
    ).to_series()
    if lost.any():
        told = [name for name in frame.columns if name != LINE]
        for row in frame.filter(lost).iter_rows(named=True):
            chunk.bad.append(
                BadLine(
                    row[LINE],
                    "column without a name",
                    "nothing where the header names no column",
                    raw=",".join(row[name] or "" for name in told),
                )
            )
        frame = frame.filter(~lost)
    chunk.frame = frame.drop(unnamed)


def without_marked(chunk: Chunk, mapping: Mapping) -> None:
    """Leaves out the lines that are no rows and that the mapping knows (footers)."""
    if not mapping.not_rows or not chunk.bad:
        return
    kept = []
    for bad in chunk.bad:
        reason = next(
            (
                reason
                for reason, pattern in mapping.not_rows.items()
                if bad.raw is not None and _matches(bad.raw, pattern)
            ),
            None,
        )
        if reason is None:
            kept.append(bad)
        else:
            chunk.skipped[reason] = chunk.skipped.get(reason, 0) + 1
    chunk.bad = kept


def _matches(text: str, pattern: str) -> bool:
    # By Polars, as the patterns of the rest of the mapping are.
    return bool(pl.Series([text]).str.contains(pattern)[0])
