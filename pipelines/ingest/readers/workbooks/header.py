"""Where the header of a sheet stands, and what its columns are called."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import polars as pl

from pipelines.ingest.readers.workbooks.facts import Merge, letters

# A header further down is none: titles, filters and printing dates take some lines.
SEARCHED_ROWS = 200


@dataclass(frozen=True)
class Header:
    """`names` by column of the frame (empty: no header there), `cells` as they are written.

    The table starts at row `body`.
    """

    names: list[str]
    cells: list[str]
    body: int
    blank: int
    above: int


def find_header(
    frame: pl.DataFrame,
    merges: Iterable[Merge],
    first_column: int,
    wanted: frozenset[str],
    skip: int,
    height: int,
    spoken: Callable[[list[str]], list[str]],
) -> Header | None:
    """The first row (or `height` rows together) below `skip` with all `wanted` names.

    `spoken` says what the mapping calls the names as they are written.

    Without such a row the one with most of them, so that what is missing can be said; without any
    the first that holds something. None when no row holds anything.
    """
    covers = _covers(merges, first_column, skip + SEARCHED_ROWS + height)
    best: tuple[int, int, list[str]] | None = None
    filled = None
    for row in range(skip, min(frame.height, skip + SEARCHED_ROWS)):
        cells = _names(frame, covers, row, height)
        if not any(cells):
            continue
        filled = filled or (row, cells)
        found = len(wanted & set(spoken(cells)))
        if best is None or found > best[0]:
            best = (found, row, cells)
        if wanted and found == len(wanted):
            break
    if filled is None or best is None:
        return None
    row, cells = best[1:] if best[0] else filled
    lines = [any(_clean(text) for text in frame.row(at)) for at in range(skip, row)]
    return Header(
        spoken(cells),
        cells,
        row + height,
        lines.count(False),
        skip + lines.count(True) + height - 1,
    )


def complete(names: list[str], frame: pl.DataFrame, body: int, first_column: int) -> list[str]:
    """The names, where a column has values but no header one such as `(column F)`."""
    rest = frame.slice(body)
    return [
        name or (f"(column {letters(first_column + at)})" if _has_values(rest, at) else "")
        for at, name in enumerate(names)
    ]


def _has_values(frame: pl.DataFrame, at: int) -> bool:
    return bool((frame.to_series(at).str.strip_chars().str.len_chars() > 0).any())


def _covers(
    merges: Iterable[Merge], first_column: int, last_row: int
) -> dict[tuple[int, int], tuple[int, int]]:
    """Cells hidden by a merged one near the top: where each belongs."""
    found = {}
    for merge in merges:
        if merge.first_row > last_row:
            continue
        # Wider or higher is no header.
        for row in range(merge.first_row, min(merge.last_row, merge.first_row + 8) + 1):
            for column in range(merge.first_column, min(merge.last_column, 16_383) + 1):
                place = (merge.first_row, merge.first_column - first_column)
                found[row, column - first_column] = place
    return found


def _names(
    frame: pl.DataFrame, covers: dict[tuple[int, int], tuple[int, int]], row: int, height: int
) -> list[str]:
    """The names in `height` rows from `row`, a merged cell standing for all it covers."""
    rows = [frame.row(at) for at in range(row, min(frame.height, row + height))]
    if len(rows) < height:
        return []
    names = []
    for column in range(frame.width):
        parts: list[str] = []
        places: list[tuple[int, int]] = []
        for level in range(height):
            place = covers.get((row + level, column), (row + level, column))
            if place in places or not row <= place[0] < row + height:
                continue
            places.append(place)
            # Only where a name stands below does the one above it say more.
            if 0 <= place[1] < frame.width and (text := _clean(rows[place[0] - row][place[1]])):
                parts.append(text)
        names.append(" ".join(parts))
    if height == 1:
        return _numbered(names, covers, row)
    return names


def _numbered(
    names: list[str], covers: dict[tuple[int, int], tuple[int, int]], row: int
) -> list[str]:
    """`Item` over two columns as `Item` and `Item (2)`."""
    seen: dict[tuple[int, int], int] = {}
    for column, name in enumerate(names):
        place = covers.get((row, column))
        if name and place is not None:
            seen[place] = seen.get(place, 0) + 1
            if seen[place] > 1:
                names[column] = f"{name} ({seen[place]})"
    return names


def _clean(text: str | None) -> str:
    """A header may be broken over lines: `Store\\nCode` is called `Store Code`."""
    return " ".join(text.split()) if text else ""
