"""OpenDocument spreadsheets (.ods): XML in a zip archive, with cells and rows told once and
repeated by a number.
"""

from __future__ import annotations

import re
from typing import Any

from pipelines.ingest.readers import Refused
from pipelines.ingest.readers.workbooks.facts import Facts, Merge, SheetRef
from pipelines.ingest.readers.workbooks.package import Package

_CONTENT = "content.xml"
_MANIFEST = "meta-inf/manifest.xml"
# A time of day repeated further than a sheet is wide.
_MAX_CLOCKS = 16_384
_CLOCK = re.compile(r"PT(?:(\d{1,4})H)?(?:(\d+)M)?(?:(\d+)(?:[.,]\d*)?S)?")
_NUMBERS = ("float", "percentage", "currency", "boolean", "date", "time")


class Ods:
    """An .ods workbook. Its dates are dates, whatever day 0 the program counts from."""

    is_1904 = False
    is_read_whole = True

    def __init__(self, package: Package) -> None:
        self._package = package
        if _MANIFEST in package:
            package.parse(_MANIFEST, _refuse_encryption)
        self.sheets: list[SheetRef] = []
        hidden: set[str] = set()
        style = ""

        def start(tag: str, told: dict[str, str]) -> None:
            nonlocal style
            if tag == "style":
                style = told.get("style:name", "")
            elif tag == "table-properties" and told.get("table:display") == "false":
                hidden.add(style)
            elif tag == "table":
                place = len(self.sheets) + 1
                is_visible = told.get("table:style-name") not in hidden
                name = told.get("table:name", "")
                self.sheets.append(SheetRef(name, place, is_visible, True, str(place)))

        package.parse(_CONTENT, start)

    def facts(self, sheet: SheetRef) -> Facts:
        walk = _Walk(int(sheet.part))
        self._package.parse(_CONTENT, walk.start, walk.end, walk.text)
        return walk.facts


def _refuse_encryption(tag: str, told: dict[str, str]) -> None:
    if tag == "encryption-data":
        raise Refused("it is protected by a password: save it without one")


class _Walk:
    """One table of the document, cell by cell."""

    def __init__(self, place: int) -> None:
        self.facts = Facts()
        self._wanted = place
        self._table = 0
        self._depth = 0
        self._row = 0
        self._rows = 1
        self._column = 0
        # Cells of the row with a value: column, repeats, is text, characters.
        self._cells: list[tuple[int, int, bool, int]] = []
        self._told: dict[str, str] = {}
        self._in_cell = False
        self._characters = 0
        self._shown = ""

    def start(self, tag: str, told: dict[str, str]) -> None:
        if tag == "table":
            # A table may stand in a cell of another one.
            self._depth += 1
            if self._depth == 1:
                self._table += 1
        elif self._table != self._wanted or self._depth != 1:
            return
        elif tag == "table-row":
            self._rows = _number(told, "table:number-rows-repeated")
            self._column = 0
            self._cells.clear()
            if told.get("table:visibility", "visible") != "visible":
                self.facts.hide(self._row, self._row + self._rows - 1)
        elif tag in ("table-cell", "covered-table-cell"):
            self._told = dict(told)
            self._in_cell = True
            self._characters = 0
            self._shown = ""

    def text(self, piece: str) -> None:
        if self._in_cell:
            self._characters += len(piece)
            self._shown = (self._shown + piece)[:20]

    def end(self, tag: str) -> None:
        if tag == "table":
            self._depth -= 1
        elif self._table != self._wanted or self._depth != 1:
            return
        elif tag in ("table-cell", "covered-table-cell"):
            self._in_cell = False
            self._cell(self._told)
        elif tag == "table-row":
            self._flush()
            self._row += self._rows

    def _cell(self, told: dict[str, Any]) -> None:
        times = _number(told, "table:number-columns-repeated")
        kind = told.get("office:value-type", "")
        if kind or self._characters:
            if told.get("calcext:value-type") == "error":
                self.facts.error()
                self.facts.faults.append((self._row, self._column, self._shown or "an error"))
            if kind == "time" and (found := _CLOCK.fullmatch(told.get("office:time-value", ""))):
                hours, minutes, seconds = (int(part or 0) for part in found.groups())
                clock = hours * 3600 + minutes * 60 + seconds
                for at in range(self._column, self._column + min(times, _MAX_CLOCKS)):
                    self.facts.clocks.append((self._row, at, clock))
            self._cells.append((self._column, times, kind not in _NUMBERS, self._characters))
        across = _number(told, "table:number-columns-spanned")
        down = _number(told, "table:number-rows-spanned")
        if across > 1 or down > 1:
            last = (self._row + down - 1, self._column + across - 1)
            self.facts.merge(Merge(self._row, last[0], self._column, last[1]))
        self._column += times

    def _flush(self) -> None:
        if not self._cells:
            return
        # The corner first: it is refused before a million rows are counted.
        last = max(column + times - 1 for column, times, _, _ in self._cells)
        self.facts.cell(self._row + self._rows - 1, last, False)
        for column, times, is_text, characters in self._cells:
            self.facts.text(characters * times * self._rows)
            for row in range(self._row, self._row + self._rows):
                self.facts.cell(row, column, is_text, times)


def _number(told: dict[str, str], name: str) -> int:
    return max(1, int(told.get(name, "1")))
