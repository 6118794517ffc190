"""What there is to know of a sheet besides its values, gathered within bounds.

Rows and columns count from 0 here.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

import numpy as np

from pipelines.ingest.readers import Refused

# A sheet is opened as a whole: what would not fit a bounded memory belongs into CSV.
MAX_CELLS = 5_000_000
MAX_TEXT = 256 << 20
MAX_UNPACKED = 200 << 20
_MAX_ROW = 1_048_576
_MAX_COLUMN = 16_384
_MAX_MERGES = 100_000
_MAX_ERRORS = 20_000
_AS_CSV = "send it as CSV"


class SheetRef(NamedTuple):
    """A sheet as the workbook lists it; `place` counts from 1, `part` says where it lies."""

    name: str
    place: int
    is_visible: bool
    is_table: bool
    part: str


class Merge(NamedTuple):
    """Cells shown as one; the last row and column belong to it."""

    first_row: int
    last_row: int
    first_column: int
    last_column: int


class Book(Protocol):
    """A workbook that was looked at."""

    sheets: list[SheetRef]
    is_1904: bool
    # Whether opening it reads all of its sheets, and not only the one asked for.
    is_read_whole: bool

    def facts(self, sheet: SheetRef) -> Facts: ...


@dataclass
class Facts:
    """What was found in one sheet. `hidden` are ranges of rows, both ends included.

    `faults` and `clocks` are for formats whose errors and times of day the reader of values leaves
    out: what a cell shows, and its seconds since midnight.
    """

    rows: int = 0
    first_column: int = _MAX_COLUMN
    last_column: int = -1
    errors: int = 0
    characters: int = 0
    hidden: list[tuple[int, int]] = field(default_factory=list)
    merges: list[Merge] = field(default_factory=list)
    faults: list[tuple[int, int, str]] = field(default_factory=list)
    clocks: list[tuple[int, int, int]] = field(default_factory=list)
    _text: array[int] = field(default_factory=lambda: array("Q"))

    def cell(self, row: int, column: int, is_text: bool, times: int = 1) -> None:
        """A cell with a value, and `times` - 1 more right of it. Raises Refused."""
        last = column + times - 1
        if not 0 <= row < _MAX_ROW or not 0 <= column <= last < _MAX_COLUMN:
            raise Refused("it has a cell where no sheet has one: save it again as .xlsx")
        if row >= self.rows or column < self.first_column or last > self.last_column:
            self.rows = max(self.rows, row + 1)
            self.first_column = min(self.first_column, column)
            self.last_column = max(self.last_column, last)
            if self.rows * self.columns > MAX_CELLS:
                raise Refused(
                    f"its cells reach to row {self.rows:,} and over {self.columns:,} columns, "
                    f"which is more than {MAX_CELLS:,} cells: clear what stands far below or "
                    f"beside the table, or {_AS_CSV}"
                )
        if is_text:
            code = row * _MAX_COLUMN + column
            self._text.extend(range(code, code + times))

    def many(self, rows: np.ndarray, columns: np.ndarray, is_text: np.ndarray) -> None:
        """Many cells with a value. Raises Refused."""
        if not len(rows):
            return
        # The corners tell how far they go.
        self.cell(int(rows.max()), int(columns.max()), False)
        self.cell(int(rows.min()), int(columns.min()), False)
        codes = rows[is_text].astype(np.uint64) * _MAX_COLUMN + columns[is_text].astype(np.uint64)
        self._text.frombytes(codes.tobytes())

    def error(self, times: int = 1) -> None:
        """Cells that show an error. Raises Refused when there is no end of them."""
        self.errors += times
        if self.errors > _MAX_ERRORS:
            raise Refused(
                f"more than {_MAX_ERRORS:,} of its cells show an error instead of a value (#N/A, "
                "#DIV/0! …): mend it and save again"
            )

    def text(self, characters: int) -> None:
        """So much text in cells. Raises Refused: a long text may stand in a million cells."""
        self.characters += characters
        if self.characters > MAX_TEXT:
            raise Refused(f"its cells hold more than {MAX_TEXT >> 20} MB of text: {_AS_CSV}")

    def hide(self, first: int, last: int) -> None:
        if self.hidden and self.hidden[-1][1] == first - 1:
            self.hidden[-1] = (self.hidden[-1][0], last)
        else:
            self.hidden.append((first, last))

    def merge(self, merge: Merge) -> None:
        if len(self.merges) < _MAX_MERGES:
            self.merges.append(merge)

    @property
    def columns(self) -> int:
        return max(0, self.last_column - self.first_column + 1)

    def hidden_rows(self) -> Iterator[int]:
        for first, last in self.hidden:
            yield from range(first, min(last + 1, self.rows))

    def texts(self, column: int) -> np.ndarray:
        """Which rows hold text in a column."""
        codes = np.frombuffer(self._text, dtype=np.uint64) if self._text else np.empty(0, np.uint64)
        here = codes[codes % _MAX_COLUMN == column] // _MAX_COLUMN
        mask = np.zeros(self.rows, dtype=bool)
        mask[here.astype(np.int64)] = True
        return mask


class Looked:
    """The facts of the sheets of a workbook, each looked at before anything opens it.

    Raises Refused when all sheets together are too much for a reader that reads them all.
    """

    def __init__(self, book: Book) -> None:
        self._book = book
        self._known: dict[int, Facts] = {}
        cells = characters = 0
        for sheet in book.sheets if book.is_read_whole else ():
            if not sheet.is_table:
                continue
            facts = self._known[sheet.place] = book.facts(sheet)
            cells += facts.rows * facts.columns
            characters += facts.characters
            if cells > MAX_CELLS or characters > MAX_TEXT:
                raise Refused(f"its sheets together hold too much to be opened: {_AS_CSV}")

    def facts(self, sheet: SheetRef) -> Facts:
        """What there is to know of a sheet; forgotten once told."""
        known = self._known.pop(sheet.place, None)
        return self._book.facts(sheet) if known is None else known


def letters(column: int) -> str:
    """`27` as `AB`."""
    text = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text
