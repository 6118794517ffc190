"""Text in columns of fixed width, without separators: the mapping says where each one stands.

    format: fixed_width
    columns_at: {store: [1, 4], day: [5, 12], amount: [13, 24]}    # characters, counted from 1

A line may end early where the blanks at its end were cut; one that ends before its first column
has begun is set aside, and so is one longer than the last column, when the places up to it are
all told: then the file has a column that the mapping does not know.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

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
    loose,
    text_frame,
)
from pipelines.ingest.readers.lines import TextLine, bad_line, text_lines
from pipelines.settings import Settings

_ROWS = 50_000


def read(
    path: Path, mapping: Mapping, settings: Settings, check_header: CheckHeader
) -> Iterator[Chunk]:
    """Chunks of the file at `path`. Raises Refused."""
    places = mapping.columns_at
    if not places:
        raise Refused("its mapping does not say where its columns stand: say columns_at:")
    settled, findings = loose.settle_encoding(path, mapping, settings)
    names = list(places)
    check_header(names)
    skipped = {ABOVE_HEADER: mapping.skip_lines} if mapping.skip_lines else {}
    lines = text_lines(path, settled, settings)
    above = len(list(islice(lines, mapping.skip_lines)))
    if above < mapping.skip_lines:
        raise Refused(f"it has {above} lines, fewer than stand above its rows")
    yield Chunk(text_frame(names, [], []), skipped=skipped, findings=findings)
    while held := list(islice(lines, _ROWS)):
        chunk = _chunk(held, places)
        loose.without_marked(chunk, mapping)
        yield chunk


def _chunk(lines: list[TextLine], places: dict[str, tuple[int, int]]) -> Chunk:
    first = min(start for start, _ in places.values())
    last = max(end for _, end in places.values())
    is_whole = sum(end - start + 1 for start, end in places.values()) == last
    texts: list[str] = []
    numbers: list[int] = []
    bad: list[BadLine] = []
    blank = 0
    for line in lines:
        text = line.text.rstrip()
        if line.fault is not None:
            bad.append(line.fault)
        elif not text:
            blank += 1
        elif len(text) < first or (is_whole and len(text) > last):
            bad.append(_wrong_length(line.number, text, first, last))
        else:
            texts.append(text)
            numbers.append(line.number)
    whole = pl.Series(texts, dtype=pl.String)
    cut = [
        whole.str.slice(start - 1, end - start + 1).alias(name)
        for name, (start, end) in places.items()
    ]
    frame = pl.DataFrame(cut).with_columns(pl.Series(LINE, numbers, dtype=pl.Int64))
    return Chunk(frame, bad, {BLANK: blank} if blank else {})


def _wrong_length(number: int, text: str, first: int, last: int) -> BadLine:
    return bad_line(
        number,
        "length of the line",
        f"{first} to {last} characters, as its mapping says; this line has {len(text)}",
        text,
        value=str(len(text)),
    )
