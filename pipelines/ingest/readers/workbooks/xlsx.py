"""Excel 2007 and later (.xlsx, .xlsm): XML in a zip archive. Macros are never run."""

from __future__ import annotations

from array import array

from pipelines.ingest.readers import Refused
from pipelines.ingest.readers.workbooks.facts import MAX_TEXT, Facts, Merge, SheetRef
from pipelines.ingest.readers.workbooks.fast_xml import fast_walk, longest
from pipelines.ingest.readers.workbooks.package import Package

_BOOK = "xl/workbook.xml"
_STRINGS = "xl/sharedstrings.xml"
_TEXT = ("s", "str", "inlineStr", "d")
_TRUE = ("1", "true", "on")


class Xlsx:
    """An .xlsx or .xlsm workbook."""

    is_read_whole = False

    def __init__(self, package: Package) -> None:
        self._package = package
        self.is_1904 = False
        self.sheets: list[SheetRef] = []
        targets = package.relations(_BOOK)

        def start(tag: str, told: dict[str, str]) -> None:
            if tag == "workbookPr":
                self.is_1904 = told.get("date1904", "").lower() in _TRUE
            elif tag == "sheet":
                link = next((told[key] for key in told if key.rpartition(":")[2] == "id"), "")
                part, kind = targets.get(link, ("", ""))
                self.sheets.append(
                    SheetRef(
                        told.get("name", ""),
                        len(self.sheets) + 1,
                        told.get("state", "visible") == "visible",
                        kind == "worksheet",
                        part,
                    )
                )

        package.parse(_BOOK, start)

    def facts(self, sheet: SheetRef) -> Facts:
        facts = Facts()
        shared = fast_walk(self._package.pieces(sheet.part), facts)
        if shared is None:
            facts = Facts()
            shared = _walk(self._package, sheet.part, facts)
        if shared and _STRINGS in self._package:
            self._weigh(sheet, facts, shared)
        return facts

    def _weigh(self, sheet: SheetRef, facts: Facts, shared: int) -> None:
        """Counts the text of shared strings; each exactly, when the longest would be too much."""
        if longest(self._package.pieces(_STRINGS)) * shared <= MAX_TEXT:
            return
        lengths = _lengths(self._package)
        if max(lengths, default=0) * shared <= MAX_TEXT:
            return
        state = {"is_shared": False, "is_value": False}
        digits: list[str] = []

        def start(tag: str, told: dict[str, str]) -> None:
            if tag == "c":
                state["is_shared"] = told.get("t") == "s"
            state["is_value"] = tag == "v" and state["is_shared"]

        def end(tag: str) -> None:
            if tag == "v" and state["is_value"]:
                at = int("".join(digits) or "0")
                facts.text(lengths[at] if 0 <= at < len(lengths) else 0)
                digits.clear()
                state["is_value"] = False

        def text(piece: str) -> None:
            if state["is_value"]:
                digits.append(piece)

        self._package.parse(sheet.part, start, end, text)


def _walk(package: Package, part: str, facts: Facts) -> int:
    """Looks at each cell of a sheet; returns how many show a shared string."""
    row = column = -1
    kind = ""
    shared = 0

    def start(tag: str, told: dict[str, str]) -> None:
        nonlocal row, column, kind, shared
        if tag == "c":
            kind = told.get("t", "n")
            if place := told.get("r"):
                row, column = _place(place)
            else:
                column += 1
        elif tag in ("v", "is"):
            if kind == "e":
                facts.error()
            elif kind == "s":
                shared += 1
            facts.cell(row, column, kind in _TEXT)
        elif tag == "row":
            row = int(told["r"]) - 1 if "r" in told else row + 1
            column = -1
            if told.get("hidden", "").lower() in _TRUE:
                facts.hide(row, row)
        elif tag == "mergeCell":
            first, _, last = told.get("ref", "").partition(":")
            (top, left), (bottom, right) = _place(first), _place(last or first)
            facts.merge(Merge(top, bottom, left, right))

    package.parse(part, start)
    return shared


def _place(text: str) -> tuple[int, int]:
    """`C7` as row 6, column 2."""
    column = at = 0
    for at, sign in enumerate(text):  # noqa: B007
        if not "A" <= sign <= "Z":
            break
        column = column * 26 + ord(sign) - 64
    if not 0 < at < 4 or not column:
        raise Refused("it has a cell where no sheet has one: save it again as .xlsx")
    return int(text[at:]) - 1, column - 1


def _lengths(package: Package) -> array[int]:
    """How long each shared string is."""
    lengths = array("L")
    length = 0

    def start(tag: str, told: dict[str, str]) -> None:
        nonlocal length
        if tag == "si":
            length = 0

    def text(piece: str) -> None:
        nonlocal length
        length += len(piece)

    def end(tag: str) -> None:
        if tag == "si":
            lengths.append(length)

    package.parse(_STRINGS, start, end, text)
    return lengths
