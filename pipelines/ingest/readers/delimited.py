"""Delimited text, plain or gzip: blocks cut at line ends, checked, then parsed at full speed.

    block ──no fault──▶ Polars parses it, and the count of separators and of lines must agree
        └──any doubt──▶ Python's csv takes it line by line and sets aside what does not fit

Polars fills short lines with nulls without a word, so a block only takes the fast road when every
separator is accounted for: Σ separators = lines × (columns − 1), and Polars refuses longer lines.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from pipelines.ingest.mapping.model import Mapping
from pipelines.ingest.mapping.own_headers import LINE
from pipelines.ingest.readers import (
    ABOVE_HEADER,
    BLANK,
    BadLine,
    CheckHeader,
    Chunk,
    Refused,
    text_frame,
)
from pipelines.ingest.readers.streams import Stream, Transcoded, open_stream
from pipelines.settings import Settings

# Small enough to stay in the processor's cache between parsing, typing and writing.
BLOCK_BYTES = 4 << 20
# A quoted text longer than this is a quote nobody closed.
MAX_LINES_IN_A_VALUE = 200
_RAW_CHARACTERS = 2_000
_REPLACEMENT = "\ufffd"
_BINARY = {
    b"PK\x03\x04": "a workbook or zip archive",
    b"\xd0\xcf\x11\xe0": "an old or password-protected Excel workbook",
    b"%PDF": "a PDF",
    b"PAR1": "a Parquet file",
}
_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff")

csv.field_size_limit(1 << 30)


@dataclass(frozen=True)
class Layout:
    """How the lines of a file are to be read."""

    delimiter: bytes = b","
    quote: bytes = b'"'
    is_utf8: bool = True
    max_line_bytes: int = 1_000_000

    @classmethod
    def of(cls, mapping: Mapping, settings: Settings) -> Layout:
        return cls(
            delimiter=mapping.delimiter.encode(),
            quote=mapping.quote.encode(),
            is_utf8=mapping.encoding == "utf-8",
            max_line_bytes=settings.max_line_bytes,
        )

    def fields(self, text: str) -> list[str]:
        """The values of one record. Raises csv.Error; "unexpected end" while a quote is open."""
        if self.quote.decode() not in text:
            return text.split(self.delimiter.decode())
        reader = csv.reader(
            [text],
            delimiter=self.delimiter.decode(),
            quotechar=self.quote.decode(),
            strict=True,
        )
        return next(reader)


def read(
    path: Path, mapping: Mapping, settings: Settings, check_header: CheckHeader
) -> Iterator[Chunk]:
    """Chunks of the file at `path`. Raises Refused."""
    if mapping.is_loose:
        from pipelines.ingest.readers import loose

        yield from loose.read(path, mapping, settings, check_header)
        return
    stream = open_stream(path, settings.max_expansion)
    try:
        yield from read_stream(stream, mapping, settings, check_header)
    finally:
        stream.close()


def read_stream(
    stream: Stream, mapping: Mapping, settings: Settings, check_header: CheckHeader
) -> Iterator[Chunk]:
    """Chunks of a stream of bytes. Raises Refused."""
    layout = Layout.of(mapping, settings)
    start = stream.read(BLOCK_BYTES)
    refuse_binary(start, mapping)
    if not layout.is_utf8:
        stream = Transcoded(_Again(start, stream), mapping.encoding)
        start = stream.read(BLOCK_BYTES)
    data = start.removeprefix(b"\xef\xbb\xbf")
    only_returns = b"\n" not in data and b"\r" in data
    if only_returns:
        data = data.replace(b"\r", b"\n")

    pieces = _pieces(data, stream, only_returns)
    skipped: dict[str, int] = {}
    columns, data, line = _header(pieces, mapping, layout, skipped)
    check_header(columns)
    yield Chunk(text_frame(columns, [], []), skipped=skipped)

    carry = b""
    while data or carry:
        following = next(pieces, b"")
        # One copy a block: what is left of the last one, and this one up to its last line end.
        cut = data.rfind(b"\n") + 1 if following else len(data)
        block = b"".join((carry, memoryview(data)[:cut])) if cut or not following else b""
        used = 0
        if block:
            chunk, used, lines = _take(block, line, columns, layout, not following)
            line += lines
            if lines:
                yield chunk
        carry = b"".join((block[used:] if block else carry, memoryview(data)[cut:]))
        if not used and b"\n" not in carry and len(carry) > layout.max_line_bytes:
            raise _too_long(line, layout)
        data = following


def _pieces(first: bytes, stream: Stream, only_returns: bool) -> Iterator[bytes]:
    """The bytes of the stream as they come, line ends as `\\n` or `\\r\\n`."""
    piece = first
    while piece:
        yield piece
        piece = stream.read(BLOCK_BYTES)
        if only_returns:
            piece = piece.replace(b"\r", b"\n")


def _header(
    pieces: Iterator[bytes], mapping: Mapping, layout: Layout, skipped: dict[str, int]
) -> tuple[list[str], bytes, int]:
    """The column names, the bytes that follow the header, and the line they start on."""
    columns = list(mapping.header) if mapping.header is not None else None
    skip = mapping.skip_lines
    line = 1
    data = next(pieces, b"")
    while skip or columns is None:
        raw, found, rest = data.partition(b"\n")
        if len(raw) > layout.max_line_bytes:
            raise _too_long(line, layout)
        if not found and (more := next(pieces, b"")):
            data += more
            continue
        if not raw and not found:
            raise Refused("it is empty: not even a header. A day without rows still has its header")
        data = rest
        line += 1
        if skip:
            skip -= 1
            skipped[ABOVE_HEADER] = skipped.get(ABOVE_HEADER, 0) + 1
        elif not raw.strip():
            skipped[BLANK] = skipped.get(BLANK, 0) + 1
        else:
            columns = header(raw, layout, mapping)
    return columns, data or next(pieces, b""), line


class _Again:
    """A stream whose first bytes were already looked at."""

    def __init__(self, start: bytes, rest: Stream) -> None:
        self._start = start
        self._rest = rest

    def read(self, size: int, /) -> bytes:
        start, self._start = self._start, b""
        return start or self._rest.read(size)

    def close(self) -> None:
        self._rest.close()


def refuse_archive(start: bytes) -> None:
    """Raises Refused for what its first bytes show to be no text."""
    for magic, what in _BINARY.items():
        if start.startswith(magic):
            raise Refused(f"it is {what}, not text: send it under its own extension, or as CSV")


def refuse_binary(start: bytes, mapping: Mapping) -> None:
    """Raises Refused for what is no text, or none in the encoding of the mapping."""
    refuse_archive(start)
    wide = start.startswith(_WIDE_MARKS)
    if wide and not mapping.encoding.startswith("utf-16"):
        raise Refused(
            "it is written as UTF-16 (Excel's 'Unicode text'): save it as 'CSV UTF-8', or say "
            "encoding: auto in its mapping"
        )
    if not mapping.encoding.startswith("utf-16"):
        top = start[:65536]
        if top.count(b"\0") > max(8, len(top) // 20):
            raise Refused(
                "it is not text (it is full of zero bytes): have it exported again as CSV"
            )


def header(raw: bytes, layout: Layout, mapping: Mapping) -> list[str]:
    """The column names of a header line, trimmed. Raises Refused."""
    try:
        names = layout.fields(raw.rstrip(b"\r").decode("utf-8"))
    except UnicodeDecodeError as fault:
        raise Refused(
            f"its header is not {mapping.encoding} text: save it as 'CSV UTF-8', or say the "
            "encoding in its mapping (often cp1252)"
        ) from fault
    except csv.Error as fault:
        raise Refused(f"its header cannot be read ({fault}): look at the quotes") from fault
    return [name.strip() for name in names]


def _too_long(line: int, layout: Layout) -> Refused:
    return Refused(
        f"line {line} is longer than {layout.max_line_bytes:,} bytes: this is no line of an "
        "export. Is the file written without line ends?"
    )


def _take(
    block: bytes, line: int, columns: list[str], layout: Layout, ended: bool
) -> tuple[Chunk, int, int]:
    """The rows of a block, the bytes they used and the lines they were.

    Only a quoted value that goes on beyond the block leaves bytes unused.
    """
    whole = block if block.endswith(b"\n") else block + b"\n"
    found = fast(whole, columns, layout)
    if found is not None:
        frame, clean = found
        numbers = pl.int_range(line, line + frame.height, dtype=pl.Int64, eager=True).alias(LINE)
        return Chunk(frame.with_columns(numbers), clean=clean), len(block), frame.height
    return _slow(block, line, columns, layout, ended)


# ── the fast road ────────────────────────────────────────────────────────────────────────────


def fast(block: bytes, columns: list[str], layout: Layout) -> tuple[pl.DataFrame, bool] | None:
    """The rows of a block ending in a line end, one a line, and whether they are clean.

    None when there is any doubt; the frame has no line numbers.
    """
    if b"\r" in block:
        block = block.replace(b"\r\n", b"\n")
    if _is_doubtful(block, len(columns), layout):
        return None
    lines = block.count(b"\n")
    signs = np.frombuffer(block, dtype=np.uint8)
    separators = signs == layout.delimiter[0]
    quoted = layout.quote in block
    if quoted:
        outside = _outside_quotes(signs, layout)
        if outside is None:
            return None
        separators &= outside
    if np.count_nonzero(separators) != lines * (len(columns) - 1):
        return None
    try:
        frame = pl.read_csv(
            block,
            has_header=False,
            schema=dict.fromkeys(columns, pl.String),
            separator=layout.delimiter.decode(),
            quote_char=layout.quote.decode(),
        )
    except pl.exceptions.PolarsError:
        return None
    if frame.height != lines:
        return None
    return frame, not quoted and not _has_loose_space(block, layout.delimiter)


def _is_doubtful(block: bytes, columns: int, layout: Layout) -> bool:
    """Zero bytes, loose carriage returns, lost characters, long lines, blank lines.

    Where there is more than one column, a blank line lacks separators and is found by counting.
    """
    return (
        b"\r" in block
        or b"\0" in block
        or (columns == 1 and (block.startswith(b"\n") or b"\n\n" in block))
        or (not layout.is_utf8 and _REPLACEMENT.encode() in block)
        or _has_long_line(block, layout.max_line_bytes)
    )


def _has_long_line(block: bytes, limit: int) -> bool:
    """Whether a line is longer than `limit`, looking only at one line end every `limit` bytes."""
    at = 0
    while len(block) - at > limit:
        end = block.rfind(b"\n", at, at + limit + 1)
        if end < 0:
            return True
        at = end + 1
    return False


def _outside_quotes(signs: np.ndarray, layout: Layout) -> np.ndarray | None:
    """Which bytes stand outside quotes; None when quotes are not where they should be."""
    is_quote = signs == layout.quote[0]
    marks = np.flatnonzero(is_quote)
    if len(marks) % 2:
        return None
    inside = np.bitwise_xor.accumulate(is_quote.view(np.uint8))
    if inside[signs == 10].any():
        return None
    around = np.zeros(256, dtype=bool)
    around[[10, layout.delimiter[0], layout.quote[0]]] = True
    opening, closing = marks[::2], marks[1::2]
    before = opening[opening > 0] - 1
    if not around[signs[before]].all() or not around[signs[closing + 1]].all():
        return None
    return inside == 0


def _has_loose_space(block: bytes, delimiter: bytes) -> bool:
    """Whether any value may have space around it."""
    if not block.isascii() and any(sign in block for sign in (b"\xc2", b"\xe2\x80", b"\xe3\x80")):
        return True
    for space in (b" ", b"\t", b"\x0b", b"\x0c"):
        if (
            space != delimiter
            and space in block
            and (
                block.startswith(space)
                or delimiter + space in block
                or space + delimiter in block
                or space + b"\n" in block
                or b"\n" + space in block
            )
        ):
            return True
    return False


# ── the slow road ────────────────────────────────────────────────────────────────────────────


def _slow(
    data: bytes, line: int, columns: list[str], layout: Layout, ended: bool
) -> tuple[Chunk, int, int]:
    lines = data.split(b"\n")
    tail = lines.pop()
    if ended and tail:
        lines.append(tail)
    rows: list[list[str]] = []
    numbers: list[int] = []
    bad: list[BadLine] = []
    blank = 0
    at = 0
    while at < len(lines):
        raw = lines[at].removesuffix(b"\r")
        if len(raw) > layout.max_line_bytes:
            raise _too_long(line + at, layout)
        if not raw.strip():
            blank += 1
            at += 1
            continue
        try:
            record, span = _record(lines, at, layout, ended)
        except _Unfinished:
            break
        except _BadRecord as fault:
            bad.append(BadLine(line + at, fault.rule, fault.expected, raw=_shown(raw)))
            at += 1
            continue
        if len(record) == len(columns):
            rows.append(record)
            numbers.append(line + at)
        else:
            # The record may span lines; its first one stands for all of them.
            bad.append(
                BadLine(
                    line + at,
                    "number of values",
                    f"{len(columns)} values, as the header has; this line has {len(record)}",
                    value=str(len(record)),
                    raw=_shown(raw),
                )
            )
        at += span
    used = (
        len(data)
        if (at == len(lines) and not tail) or (ended and at == len(lines))
        else (sum(map(len, lines[:at])) + at)
    )
    skipped = {BLANK: blank} if blank else {}
    return Chunk(text_frame(columns, rows, numbers), bad, skipped), used, at


class _Unfinished(Exception):
    """The record goes on beyond the bytes at hand."""


class _BadRecord(Exception):
    def __init__(self, rule: str, expected: str) -> None:
        super().__init__(rule)
        self.rule = rule
        self.expected = expected


def _record(lines: list[bytes], at: int, layout: Layout, ended: bool) -> tuple[list[str], int]:
    """The values of the record that starts at `lines[at]`, and how many lines it takes."""
    text = _decoded(lines[at], layout)
    span = 1
    while True:
        try:
            return layout.fields(text), span
        except csv.Error as fault:
            if "unexpected end" not in str(fault):
                raise _BadRecord(
                    "quotes", "a quoted value that ends before the next separator"
                ) from fault
        # A quote is open: take lines until one has a quote that may close it.
        more: list[str] = []
        while True:
            if span > MAX_LINES_IN_A_VALUE:
                raise _BadRecord("quotes", "a closing quote: one is opened here and never closed")
            if at + span >= len(lines):
                if not ended:
                    raise _Unfinished
                raise _BadRecord("quotes", "a closing quote: one is opened here and never closed")
            piece = _decoded(lines[at + span], layout)
            span += 1
            more.append(piece)
            if layout.quote.decode() in piece:
                break
        text = "\n".join((text, *more))
        if len(text) > layout.max_line_bytes:
            raise _BadRecord("quotes", "a closing quote: one is opened here and never closed")


def _decoded(raw: bytes, layout: Layout) -> str:
    raw = raw.removesuffix(b"\r")
    if b"\0" in raw:
        raise _BadRecord("readable text", "no zero bytes")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as fault:
        raise _BadRecord(
            "encoding",
            "UTF-8 text; if the source writes another encoding, say so in its mapping "
            "(often encoding: cp1252)",
        ) from fault
    if not layout.is_utf8 and _REPLACEMENT in text:
        raise _BadRecord("encoding", "text in the encoding its mapping says")
    if "\r" in text:
        raise _BadRecord("line ends", "no carriage return inside a line")
    return text


def _shown(raw: bytes) -> str:
    return raw[: _RAW_CHARACTERS * 4].decode("utf-8", errors="replace")[:_RAW_CHARACTERS]
