"""Workbooks (.xlsx, .xlsm, .xlsb, .xls, .ods): every cell as text, row numbers those of the sheet.

    bytes ──looked into, within bounds──▶ sheets ──▶ header by its names ──▶ chunks of rows

Several sheets are read one after another; their row numbers then start at the sheet's place times
ten million (20000017: row 17 of the second sheet), so that no two rows share one. `_sheet` is the
sheet's name, for mappings that ask for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path

import polars as pl

from pipelines.ingest.mapping.model import Mapping
from pipelines.ingest.mapping.own_headers import LINE, SHEET
from pipelines.ingest.mapping.strict import AUTO
from pipelines.ingest.readers import (
    ABOVE_HEADER,
    BLANK,
    REPEATED_HEADER,
    BadLine,
    CheckHeader,
    Chunk,
    Refused,
    text_frame,
)
from pipelines.ingest.readers.headers import known_names, refuse_two_of_one, written_names
from pipelines.ingest.readers.workbooks.facts import Book, Facts, Looked, SheetRef, letters
from pipelines.ingest.readers.workbooks.header import Header, complete, find_header
from pipelines.ingest.readers.workbooks.opening import look_into
from pipelines.ingest.readers.workbooks.package import damage_in_words
from pipelines.ingest.readers.workbooks.values import Errors, Values, values_of
from pipelines.settings import Settings

EACH = "each"
OTHER_SHEET = "row of a sheet without the header"
PLACE_STEP = 10_000_000
_ROWS = 50_000
_TIME_OF_DAY = r"\A(?:18(?:99-12-3[01]|00-01-00)|1904-01-01) "
_TIME_1900 = r"\A18(?:99-12-3[01]|00-01-00) "
_UNCLEAR = r"\A-?\d{1,3}\.\d{3}\z"
# Excel keeps fifteen digits: what a longer number ends in is made up.
_ROUNDED = r"\A-?\d{16,}\z"
_DAY_0 = {False: date(1899, 12, 30), True: date(1904, 1, 1)}


def read(
    path: Path, name: str, mapping: Mapping, settings: Settings, check_header: CheckHeader
) -> Iterator[Chunk]:
    """Chunks of the sheets the mapping asks for. Raises Refused."""
    book = look_into(path, name, settings)
    wanted = _wanted(book, mapping)
    with damage_in_words():
        looked = Looked(book)
    columns: list[str] | None = None
    with values_of(path) as values:
        found = None
        if mapping.sheet is None and mapping.header is None:
            found = _first_with_header(book, values, looked, mapping)
            wanted = [found.sheet] if found else wanted
        told = _untold(book, wanted, mapping)
        for sheet in wanted:
            table = found or _Table.load(values, looked, sheet, mapping, book.is_1904)
            if table is None:
                if len(wanted) == 1 or mapping.sheet != EACH:
                    raise Refused(f"sheet {sheet.name} is empty: not even a header")
                continue
            if len(wanted) > 1 and mapping.sheet == EACH and table.is_another_kind(mapping):
                lines = sum(not one for one in table.blank(table.frame))
                told[f"sheet {sheet.name}"] = "has no such header and was left out"
                yield Chunk(text_frame(["_"], [], []), skipped={OTHER_SHEET: lines})
                continue
            names = [one for one in table.names if one]
            try:
                check_header([*names, SHEET] if _asks(mapping) else names)
            except Refused as fault:
                if len(wanted) == 1:
                    raise
                raise Refused(f"sheet {sheet.name}: {fault}") from fault
            if columns is None:
                columns = _columns(names, mapping, len(wanted) > 1)
            yield from table.chunks(columns, mapping, len(wanted) > 1)
            if hidden := table.hidden:
                where = f" of sheet {sheet.name}" if len(wanted) > 1 else ""
                told[f"hidden rows{where}"] = f"{hidden:,}, read like the others"
    if columns is None:
        raise Refused("none of its sheets has the header this mapping reads")
    yield Chunk(text_frame(columns, [], []), findings=told)


def _first_with_header(
    book: Book, values: Values, looked: Looked, mapping: Mapping
) -> _Table | None:
    """The first sheet with every header: a cover or notes may stand before it."""
    tables = [sheet for sheet in book.sheets if sheet.is_table and sheet.is_visible]
    needed = mapping.required_headers - {SHEET}
    if len(tables) < 2 or not needed:
        return None
    for sheet in tables:
        table = _Table.load(values, looked, sheet, mapping, book.is_1904)
        if table is not None and needed <= set(table.names):
            return table
    return None


def _asks(mapping: Mapping) -> bool:
    """Whether the mapping wants to know the name of the sheet."""
    return SHEET in mapping.known_headers


def _wanted(book: Book, mapping: Mapping) -> list[SheetRef]:
    """The sheets to read, in the order of the workbook."""
    tables = [sheet for sheet in book.sheets if sheet.is_table and sheet.is_visible]
    asked = mapping.sheet
    if not tables:
        raise Refused("it has no sheet that shows a table")
    if asked is None:
        return tables[:1]
    if asked == EACH:
        return tables
    for sheet in book.sheets:
        if sheet.name == asked and not sheet.is_table:
            raise Refused(f"sheet {asked} is a chart or holds macros: it has no table")
        if sheet.name == asked and not sheet.is_visible:
            raise Refused(f"sheet {asked} is hidden: show it, and save again")
    found = [sheet for sheet in tables if sheet.name == asked]
    found = found or [sheet for sheet in tables if fnmatchcase(sheet.name, asked)]
    if not found:
        names = ", ".join(sheet.name for sheet in tables[:20])
        raise Refused(f"it has no sheet called {asked}, only {names}")
    return found


def _untold(book: Book, wanted: list[SheetRef], mapping: Mapping) -> dict[str, str]:
    """Sheets not read although the mapping asks for none in particular, or for all."""
    if mapping.sheet not in (None, EACH):
        return {}
    rest = [sheet.name for sheet in book.sheets if sheet.is_table and sheet not in wanted]
    shown = ", ".join(rest[:8]) + (" …" if len(rest) > 8 else "")
    return {"sheets not read": shown} if rest else {}


def _columns(names: list[str], mapping: Mapping, several: bool) -> list[str]:
    """The columns of the chunks; of several sheets the first may lack some that are optional."""
    columns = list(names)
    if several:
        known = mapping.known_headers - set(mapping.ignore) - set(names) - {SHEET}
        columns += sorted(known)
    if _asks(mapping):
        columns.append(SHEET)
    return columns


@dataclass
class _Table:
    """One sheet: its cells as text, and where its table begins."""

    sheet: SheetRef
    frame: pl.DataFrame
    facts: Facts
    header: Header
    names: list[str]
    errors: Errors
    day_0: date

    @classmethod
    def load(
        cls, values: Values, looked: Looked, sheet: SheetRef, mapping: Mapping, is_1904: bool
    ) -> _Table | None:
        """None when the sheet is empty. Raises Refused."""
        with damage_in_words():
            facts = looked.facts(sheet)
        if not facts.rows:
            return None
        frame, errors = values.sheet(sheet.name, facts)
        frame = _as_shown(frame, facts, mapping, is_1904)
        if mapping.header is not None:
            names = list(mapping.header) + [""] * (frame.width - len(mapping.header))
            header: Header | None = Header(
                names[: frame.width], names[: frame.width], mapping.skip_lines, 0, 0
            )
        else:
            header = find_header(
                frame,
                facts.merges,
                facts.first_column,
                mapping.required_headers - {SHEET},
                min(mapping.skip_lines, frame.height),
                mapping.header_rows,
                lambda cells: known_names(cells, mapping),
            )
        if header is None:
            return None
        for row in range(header.body - mapping.header_rows, header.body):
            for column, shown in errors.get(row, ()):
                if mapping.header is None:
                    raise Refused(
                        f"cell {letters(facts.first_column + column)}{row + 1} of its header shows "
                        f"{shown} instead of a name: mend it and save again"
                    )
        refuse_two_of_one(header.cells, header.names)
        names = complete(header.names, frame, header.body, facts.first_column)
        return cls(sheet, frame, facts, header, names, errors, _DAY_0[is_1904])

    def is_another_kind(self, mapping: Mapping) -> bool:
        """Whether the sheet holds hardly any of the names: notes, a cover, another table."""
        wanted = mapping.required_headers - {SHEET}
        return 2 * len(wanted & set(self.names)) < len(wanted)

    @property
    def hidden(self) -> int:
        """Hidden rows of the table that are not blank."""
        rows = [row for row in self.facts.hidden_rows() if self.header.body <= row]
        rows = [row for row in rows if row < self.frame.height]
        if not rows:
            return 0
        part = self.frame[rows]
        return int((~self.blank(part)).sum())

    @staticmethod
    def blank(frame: pl.DataFrame) -> pl.Series:
        return frame.select(
            pl.all_horizontal((pl.all().str.strip_chars() == "").fill_null(True)).alias("blank")
        ).to_series()

    def chunks(self, columns: list[str], mapping: Mapping, several: bool) -> Iterator[Chunk]:
        above = {ABOVE_HEADER: self.header.above, BLANK: self.header.blank}
        if mapping.header is not None:
            above = {ABOVE_HEADER: min(self.header.body, self.frame.height), BLANK: 0}
        yield Chunk(
            text_frame(columns, [], []),
            skipped={reason: lines for reason, lines in above.items() if lines},
        )
        used = [at for at, name in enumerate(self.names) if name]
        body = self.frame.select(self.frame.columns[at] for at in used)
        body.columns = [self.names[at] for at in used]
        body = body.select(
            pl.col(name) if name in body.columns else pl.lit(None, dtype=pl.String).alias(name)
            for name in columns
            if name != SHEET
        )
        for offset in range(self.header.body, body.height, _ROWS):
            yield self._chunk(body.slice(offset, _ROWS), offset, columns, mapping, several)

    def _chunk(
        self, part: pl.DataFrame, offset: int, columns: list[str], mapping: Mapping, several: bool
    ) -> Chunk:
        first = offset + 1 + (self.sheet.place * PLACE_STEP if several else 0)
        if self.sheet.place == 1:
            first = offset + 1
        numbers = pl.int_range(first, first + part.height, dtype=pl.Int64, eager=True)
        part = part.with_columns(numbers.alias(LINE))
        texts = pl.col([name for name in part.columns if name != LINE])
        marks = part.select(
            pl.all_horizontal((texts.str.strip_chars() == "").fill_null(True)).alias("blank"),
            self._repeats(part).alias("repeats"),
        )
        bad = self._bad(part, offset, mapping)
        is_bad = numbers.is_in([one.line_no for one in bad])
        is_blank = marks.to_series(0) & ~is_bad
        is_again = marks.to_series(1) & ~is_blank & ~is_bad
        skipped = {BLANK: int(is_blank.sum()), REPEATED_HEADER: int(is_again.sum())}
        if bad or any(skipped.values()):
            part = part.filter(~(is_blank | is_again | is_bad))
        if SHEET in columns:
            part = part.with_columns(pl.lit(self.sheet.name).alias(SHEET)).select(*columns, LINE)
        told = {reason: lines for reason, lines in skipped.items() if lines}
        written = written_names(self.header.cells, self.names)
        return Chunk(part, bad, told, day_0=self.day_0, written=written)

    def _repeats(self, part: pl.DataFrame) -> pl.Expr:
        """Whether a row holds the header once more, as where a printed page begins."""
        written = dict(zip(self.names, self.header.cells, strict=True))
        named = [name for name in part.columns if written.get(name)]
        return pl.all_horizontal(
            pl.col(name).str.strip_chars().str.replace_all(r"\s+", " ") == written[name]
            for name in named
        ).fill_null(False)

    def _bad(self, part: pl.DataFrame, offset: int, mapping: Mapping) -> list[BadLine]:
        """The rows with an error in a cell that is read."""
        found = []
        for row in range(offset, offset + part.height) if self.errors else ():
            for column, shown in self.errors.get(row, ()):
                name = self.names[column]
                if not name or name in mapping.ignore:
                    continue
                cell = f"{letters(self.facts.first_column + column)}{row + 1}"
                found.append(
                    BadLine(
                        part.get_column(LINE)[row - offset],
                        "error cell",
                        f"a value in cell {cell} ({name}), which shows an error: mend it and "
                        "save again",
                        shown,
                    )
                )
                break
        return found


def _as_shown(frame: pl.DataFrame, facts: Facts, mapping: Mapping, is_1904: bool) -> pl.DataFrame:
    """Times of day without the day 0, numbers with the mapping's decimal sign, and numbers too
    long for a spreadsheet in the way that shows it (1.23457E+17)."""
    times = _TIME_OF_DAY if is_1904 else _TIME_1900
    changed = []
    for at, name in enumerate(frame.columns):
        column = frame.to_series(at)
        if column.null_count() == frame.height:
            continue
        column = column.str.replace(times, "")
        comma = mapping.number_style.decimal == "," and column.str.contains(r"\A-?\d+\.\d+\z").any()
        long = column.str.contains(_ROUNDED).any()
        unclear = mapping.numbers == AUTO and column.str.contains(_UNCLEAR).any()
        if comma or long or unclear:
            is_text = facts.texts(facts.first_column + at)[: frame.height]
            number = ~pl.Series(is_text).extend_constant(False, frame.height - len(is_text))
            if long:
                here = number & column.str.contains(_ROUNDED)
                shown = column.cast(pl.Float64, strict=False).map_elements(
                    lambda value: f"{value:.5E}", return_dtype=pl.String
                )
                column = shown.zip_with(here, column)
            if unclear:
                # A cell that holds a number is no riddle to the vote, as the text 1.234 is.
                here = number & column.str.contains(_UNCLEAR)
                column = (column + "0").zip_with(here, column)
            if comma:
                here = number & column.str.contains(r"\A-?\d+\.\d+\z")
                column = column.str.replace(".", ",", literal=True).zip_with(here, column)
        changed.append(column.alias(name))
    return frame.with_columns(changed)
