"""Readers: a file's bytes into chunks of text, every line accounted for. One module a format.

Each gives chunks of all-text frames with the true line number of every row, the lines that are
no rows (`bad`, with reasons), and counts of the blank ones. Nothing is typed here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from pipelines.ingest.mappings import LINE, Mapping
from pipelines.settings import Settings

BLANK = "blank line"
ABOVE_HEADER = "line above the header"


class Refused(Exception):
    """The whole file cannot be used; the message says why, and what to do, in a sender's words."""


@dataclass(frozen=True)
class BadLine:
    """A line that is no row of the file. `raw` is the line as received."""

    line_no: int
    rule: str
    expected: str
    value: str | None = None
    raw: str | None = None


@dataclass
class Chunk:
    """Some rows of a file, as text: the file's own columns, then `_line_no`.

    `clean` says that no value has space around it and that every empty value is null.
    """

    frame: pl.DataFrame
    bad: list[BadLine] = field(default_factory=list)
    skipped: dict[str, int] = field(default_factory=dict)
    clean: bool = False

    @property
    def lines(self) -> int:
        return self.frame.height + len(self.bad) + sum(self.skipped.values())


CheckHeader = Callable[[list[str]], None]


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
    if form == "csv":
        from pipelines.ingest.readers import delimited

        return delimited.read(path, mapping, settings, check_header)
    if form == "parquet":
        from pipelines.ingest.readers import parquet

        return parquet.read(path, settings, check_header)
    if form == "xlsx":
        from pipelines.ingest.readers import workbook

        return workbook.read(path, mapping, settings, check_header)
    raise Refused(
        "its name does not say how to read it: end it in .csv, .csv.gz, .parquet or .xlsx, or say "
        "format: in the mapping"
    )
