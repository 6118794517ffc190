"""Old Excel workbooks (.xls, Excel 5 to 2003): records in a stream ([MS-XLS])."""

from __future__ import annotations

import struct
from array import array
from collections.abc import Iterator

from pipelines.ingest.readers import Refused
from pipelines.ingest.readers.workbooks.compound import Compound
from pipelines.ingest.readers.workbooks.facts import Facts, Merge, SheetRef

_BOF, _EOF, _CONTINUE, _FILEPASS, _DATE_MODE, _SHEET = 0x0809, 0x000A, 0x003C, 0x2F, 0x22, 0x85
_SST, _ROW, _MERGES = 0x00FC, 0x0208, 0x00E5
_NUMBER, _RK, _MULTIPLE_RK, _ERROR, _FORMULA = 0x0203, 0x027E, 0x00BD, 0x0205, 0x0006
_SHARED = 0x00FD
_TEXTS = (0x0204, 0x00D6, _SHARED)
_ONE_CELL = (_NUMBER, _RK, _ERROR, _FORMULA, *_TEXTS)
_ROW_HIDDEN = 0x20
_BIFF8, _BIFF5 = 0x0600, 0x0500
_DAMAGED = "it is no whole Excel workbook: save it again as .xlsx"
PASSWORD = "it is protected by a password: save it without one"


class Xls:
    """An .xls workbook."""

    is_read_whole = True

    def __init__(self, file: Compound) -> None:
        name = "Workbook" if "Workbook" in file else "Book"
        self._data = file.read(name)
        self.is_1904 = False
        self.sheets: list[SheetRef] = []
        self._lengths = array("L")
        try:
            self._globals()
        except (struct.error, IndexError) as fault:
            raise Refused(_DAMAGED) from fault

    def _globals(self) -> None:
        self._version = _BIFF8
        strings: list[memoryview] = []
        is_open = False
        for kind, body in _records(self._data, 0):
            if kind == _CONTINUE and is_open:
                strings.append(body)
                continue
            is_open = kind == _SST
            if is_open:
                strings = [body]
            elif kind == _BOF:
                (self._version,) = struct.unpack_from("<H", body)
                if self._version not in (_BIFF8, _BIFF5):
                    raise Refused("it is older than Excel 5: save it again as .xlsx")
            elif kind == _FILEPASS:
                raise Refused(PASSWORD)
            elif kind == _DATE_MODE:
                self.is_1904 = struct.unpack_from("<H", body)[0] == 1
            elif kind == _SHEET:
                self.sheets.append(self._sheet(body))
        if strings:
            self._lengths = _lengths(strings)

    def _sheet(self, body: memoryview) -> SheetRef:
        start, state, type_, characters = struct.unpack_from("<IBBB", body)
        if self._version == _BIFF5:
            name = bytes(body[7 : 7 + characters]).decode("cp1252", "replace")
        elif body[7] & 1:
            name = bytes(body[8 : 8 + 2 * characters]).decode("utf-16-le", "replace")
        else:
            name = bytes(body[8 : 8 + characters]).decode("latin-1")
        return SheetRef(name, len(self.sheets) + 1, state & 3 == 0, type_ == 0, str(start))

    def facts(self, sheet: SheetRef) -> Facts:
        facts = Facts()
        try:
            for kind, body in _records(self._data, int(sheet.part)):
                self._look(facts, kind, body)
        except (struct.error, IndexError) as fault:
            raise Refused(_DAMAGED) from fault
        return facts

    def _look(self, facts: Facts, kind: int, body: memoryview) -> None:
        if kind in _ONE_CELL:
            row, column = struct.unpack_from("<HH", body)
            if kind == _FORMULA:
                self._formula(facts, row, column, body)
                return
            facts.cell(row, column, kind in _TEXTS)
            if kind == _SHARED:
                (at,) = struct.unpack_from("<I", body, 6)
                facts.text(self._lengths[at] if at < len(self._lengths) else 0)
            elif kind == _ERROR and body[7]:
                facts.error()
        elif kind == _MULTIPLE_RK:
            row, column = struct.unpack_from("<HH", body)
            facts.cell(row, column, False, max(1, (len(body) - 6) // 6))
        elif kind == _ROW:
            (row,) = struct.unpack_from("<H", body)
            if struct.unpack_from("<H", body, 12)[0] & _ROW_HIDDEN:
                facts.hide(row, row)
        elif kind == _MERGES:
            (count,) = struct.unpack_from("<H", body)
            for at in range(2, min(len(body), 2 + 8 * count) - 7, 8):
                facts.merge(Merge(*struct.unpack_from("<4H", body, at)))

    @staticmethod
    def _formula(facts: Facts, row: int, column: int, body: memoryview) -> None:
        # What it shows: a number, or a mark with 0xFFFF at its end.
        kind = body[6] if body[12:14] == b"\xff\xff" else None
        facts.cell(row, column, kind == 0)
        if kind == 2:
            facts.error()


def _records(data: bytes, at: int) -> Iterator[tuple[int, memoryview]]:
    """The records from `at` to the end of the part that begins there."""
    view = memoryview(data)
    depth = 0
    while at + 4 <= len(data):
        kind, size = struct.unpack_from("<HH", data, at)
        if at + 4 + size > len(data):
            raise Refused("it ends in the middle: have it sent again")
        yield kind, view[at + 4 : at + 4 + size]
        at += 4 + size
        # A chart inside of a sheet has a beginning and an end of its own.
        depth += (kind == _BOF) - (kind == _EOF)
        if depth <= 0:
            return


def _lengths(parts: list[memoryview]) -> array[int]:
    """How long each shared string is; a string may go on in the next record."""
    lengths = array("L")
    (total,) = struct.unpack_from("<I", parts[0], 4)
    part, at = 0, 8
    while len(lengths) < total:
        if at >= len(parts[part]):
            part, at = part + 1, 0
            if part >= len(parts):
                break
        characters, flags = struct.unpack_from("<HB", parts[part], at)
        at += 3
        after = 0
        if flags & 8:
            after += 4 * struct.unpack_from("<H", parts[part], at)[0]
            at += 2
        if flags & 4:
            after += struct.unpack_from("<I", parts[part], at)[0]
            at += 4
        lengths.append(characters)
        width = 2 if flags & 1 else 1
        left = characters
        while left:
            here = min(left, (len(parts[part]) - at) // width)
            at += here * width
            left -= here
            if left:
                # Where the text goes on, its width is told again.
                part, at = part + 1, 1
                width = 2 if parts[part][0] & 1 else 1
        while after:
            here = min(after, len(parts[part]) - at)
            at += here
            after -= here
            if after:
                part, at = part + 1, 0
    return lengths
