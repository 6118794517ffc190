"""Readers: a file's bytes into chunks of text, every line accounted for. One module a format.

Each gives chunks of all-text frames with the true line number of every row, the lines that are
no rows (`bad`, with reasons), and counts of the blank ones. Nothing is typed here.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from importlib import import_module
from pathlib import Path

import polars as pl

from pipelines.ingest.mapping.layout import Format
from pipelines.ingest.mapping.model import Mapping
from pipelines.ingest.mapping.own_headers import LINE
from pipelines.settings import Settings

BLANK = "blank line"
ABOVE_HEADER = "line above the header"
REPEATED_HEADER = "repeated header"
# Findings a person should hear of though the file is accepted begin with these words.
ODD = ("hidden rows", "sheet")


class Refused(Exception):
    """The whole file cannot be used; the message says why, and what to do, in a sender's words."""


@dataclass(frozen=True)
class BadLine:
    """A line that is no row of the file. `raw` is the line as received.

    `store_id` and `business_date` (ISO), where the reader can tell: the day that lacks the line.
    """

    line_no: int
    rule: str
    expected: str
    value: str | None = None
    raw: str | None = None
    store_id: str | None = None
    business_date: str | None = None


@dataclass
class Chunk:
    """Some rows of a file, as text: the file's own columns, then `_line_no`.

    `clean` says that no value has space around it and that every empty value is null.
    """

    frame: pl.DataFrame
    bad: list[BadLine] = field(default_factory=list)
    skipped: dict[str, int] = field(default_factory=dict)
    clean: bool = False
    # What was found out about the file: its encoding, its separator, how it writes numbers.
    findings: dict[str, str] = field(default_factory=dict)
    # In workbooks: the day a number that stands for a day is counted from.
    day_0: date | None = None
    # Headers as the file writes them, by the names the rules use, where the two differ.
    written: dict[str, str] = field(default_factory=dict)
    # Noughts that gave no row, and the line of each: 0,000 still shows how numbers are written.
    noughts: dict[str, int] = field(default_factory=dict)

    @property
    def lines(self) -> int:
        return self.frame.height + len(self.bad) + sum(self.skipped.values())


def gathered(chunks: Iterator[Chunk], rows: int) -> Iterator[Chunk]:
    """The same rows in chunks of at least `rows`: each step of typing has a price of its own."""
    held: list[Chunk] = []
    height = 0
    for chunk in chunks:
        held.append(chunk)
        height += chunk.frame.height
        if height >= rows:
            yield _together(held)
            held, height = [], 0
    if held:
        yield _together(held)


def _together(chunks: list[Chunk]) -> Chunk:
    if len(chunks) == 1:
        return chunks[0]
    skipped: dict[str, int] = {}
    for chunk in chunks:
        for reason, lines in chunk.skipped.items():
            skipped[reason] = skipped.get(reason, 0) + lines
    full = [chunk for chunk in chunks if chunk.frame.height] or chunks[:1]
    return Chunk(
        pl.concat([chunk.frame for chunk in full], rechunk=False),
        [bad for chunk in chunks for bad in chunk.bad],
        skipped,
        all(chunk.clean for chunk in full),
        {what: words for chunk in chunks for what, words in chunk.findings.items()},
        full[0].day_0,
    )


def ahead(chunks: Iterator[Chunk]) -> Iterator[Chunk]:
    """The same chunks, read one ahead in a thread while the caller works on the last one."""
    waiting: queue.Queue[Chunk | BaseException | None] = queue.Queue(1)
    stopped = threading.Event()

    def put(told: Chunk | BaseException | None) -> None:
        while not stopped.is_set():
            try:
                waiting.put(told, timeout=0.2)
                return
            except queue.Full:
                continue

    def work() -> None:
        try:
            for chunk in chunks:
                put(chunk)
                if stopped.is_set():
                    break
            put(None)
        except BaseException as fault:  # raised again where the chunks are used
            put(fault)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        while (told := waiting.get()) is not None:
            if isinstance(told, BaseException):
                raise told
            yield told
    finally:
        stopped.set()
        thread.join()


CheckHeader = Callable[[list[str]], None]
_MODULES: dict[Format, str] = {
    "csv": "delimited",
    "xlsx": "workbook",
    "sap_list": "sap_list",
    "fixed_width": "fixed_width",
    "json": "json_rows",
    "poslog": "poslog",
    "epcis": "epcis",
}
# Readers to whom the file's name says something: the kind of workbook.
_BY_NAME: tuple[Format, ...] = ("xlsx", "sap_list")


def text_frame(columns: list[str], rows: list[list[str]], numbers: list[int]) -> pl.DataFrame:
    """A frame of text out of rows of equal length."""
    schema = dict.fromkeys(columns, pl.String)
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    return frame.with_columns(pl.Series(LINE, numbers, dtype=pl.Int64))


def read(
    path: Path, name: str, mapping: Mapping, settings: Settings, check_header: CheckHeader
) -> Iterator[Chunk]:
    """The rows of the file at `path`, whose name when received was `name`.

    Raises Refused when the file as a whole cannot be read; `check_header` raises it too.
    """
    form = mapping.format_of(name)
    if form == "parquet":
        from pipelines.ingest.readers import parquet

        return parquet.read(path, settings, check_header)
    if form is not None:
        # Imported when needed: most days need one of them.
        reader = import_module(f"pipelines.ingest.readers.{_MODULES[form]}")
        told = (path, name) if form in _BY_NAME else (path,)
        chunks: Iterator[Chunk] = reader.read(*told, mapping, settings, check_header)
        return chunks
    raise Refused(
        "its name does not say how to read it: end it in .csv, .csv.gz, .parquet or .xlsx, or say "
        "format: in the mapping"
    )
