"""Excel's binary workbook (.xlsb): records in the parts of a zip archive ([MS-XLSB])."""

from __future__ import annotations

import struct
from array import array
from collections.abc import Iterator

from pipelines.ingest.readers import Refused
from pipelines.ingest.readers.workbooks.facts import Facts, Merge, SheetRef
from pipelines.ingest.readers.workbooks.package import Package

_BOOK = "xl/workbook.bin"
_STRINGS = "xl/sharedstrings.bin"
# Numbers of records.
_ROW, _SST_ITEM, _BOOK_SETTINGS, _SHEET, _MERGE = 0, 19, 153, 156, 176
_ERRORS = (3, 11)
_TEXTS = (6, 7, 8)
_SHARED = 7
_CELLS = range(2, 12)
_ROW_HIDDEN = 0x10
_MAX_RECORD = 8 << 20


class Xlsb:
    """An .xlsb workbook."""

    is_read_whole = False

    def __init__(self, package: Package) -> None:
        self._package = package
        self.is_1904 = False
        self.sheets: list[SheetRef] = []
        targets = package.relations(_BOOK)
        for kind, body in _records(package, _BOOK):
            if kind == _BOOK_SETTINGS and body:
                self.is_1904 = bool(body[0] & 1)
            elif kind == _SHEET:
                state = struct.unpack_from("<I", body)[0]
                link, at = _wide(body, 8)
                name, _ = _wide(body, at)
                part, what = targets.get(link, ("", ""))
                place = len(self.sheets) + 1
                self.sheets.append(SheetRef(name, place, state == 0, what == "worksheet", part))

    def facts(self, sheet: SheetRef) -> Facts:
        facts = Facts()
        lengths = _lengths(self._package)
        row = -1
        for kind, body in _records(self._package, sheet.part):
            if kind == _ROW and len(body) >= 12:
                row = struct.unpack_from("<I", body)[0]
                if body[11] & _ROW_HIDDEN:
                    facts.hide(row, row)
            elif kind in _CELLS and len(body) >= 8:
                column = struct.unpack_from("<I", body)[0]
                facts.cell(row, column, kind in _TEXTS)
                if kind in _ERRORS:
                    facts.error()
                elif kind == _SHARED and len(body) >= 12:
                    at = struct.unpack_from("<I", body, 8)[0]
                    facts.text(lengths[at] if at < len(lengths) else 0)
            elif kind == _MERGE and len(body) >= 16:
                facts.merge(Merge(*struct.unpack_from("<4I", body)))
        return facts


def _lengths(package: Package) -> array[int]:
    """How long each shared string is."""
    lengths = array("L")
    if _STRINGS in package:
        for kind, body in _records(package, _STRINGS):
            if kind == _SST_ITEM and len(body) >= 5:
                lengths.append(struct.unpack_from("<I", body, 1)[0])
    return lengths


def _records(package: Package, part: str) -> Iterator[tuple[int, memoryview]]:
    """Each record of a part: its number and its bytes."""
    held = b""
    for piece in package.pieces(part):
        held += piece
        at = 0
        view = memoryview(held)
        while (found := _head(held, at)) is not None:
            kind, size, start = found
            if size > _MAX_RECORD:
                raise Refused("it is no whole Excel workbook: save it again as .xlsx")
            if start + size > len(held):
                break
            yield kind, view[start : start + size]
            at = start + size
        held = held[at:]
    if held:
        raise Refused(
            "it is no whole Excel workbook: it ends in the middle. Save it again as .xlsx"
        )


def _head(data: bytes, at: int) -> tuple[int, int, int] | None:
    """Number, size and start of the record at `at`; None while its head is not there yet."""
    if at >= len(data):
        return None
    kind = data[at]
    at += 1
    if kind & 0x80:
        if at >= len(data):
            return None
        kind = (kind & 0x7F) | (data[at] & 0x7F) << 7
        at += 1
    size = 0
    for shift in range(0, 28, 7):
        if at >= len(data):
            return None
        sign = data[at]
        at += 1
        size |= (sign & 0x7F) << shift
        if not sign & 0x80:
            break
    return kind, size, at


def _wide(body: memoryview, at: int) -> tuple[str, int]:
    """A text with its length before it, and where it ends."""
    characters = struct.unpack_from("<I", body, at)[0]
    if characters == 0xFFFFFFFF:
        return "", at + 4
    end = at + 4 + 2 * characters
    if end > len(body):
        raise Refused("it is no whole Excel workbook: save it again as .xlsx")
    return bytes(body[at + 4 : end]).decode("utf-16-le", "replace"), end
