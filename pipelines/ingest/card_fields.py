"""Where card numbers may stand in text of fixed width, in which columns touch each other.

Among the digits of its neighbours nobody finds a card number; and digits of two columns may look
like one that is none. So each column is searched alone, and what stands between columns too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from pipelines.ingest.card_identifiers import is_identifier

# First and last character of each column by its name, counted from 1.
Layout = Mapping[str, tuple[int, int]]
Stretch = tuple[int, int | None]

# The shortest card number there is.
_LEAST_DIGITS = 13
# As many digits, in one piece or in groups of which the first has four.
_LONG = re.compile(rb"[0-9]{4}(?:(?:[ .\xa0-]|\xc2\xa0|\xe2\x80[\x89\xaf])?[0-9]){9,}")
# A longer line is searched as a whole: it is no record of fixed width.
_LONGEST_LINE = 32_768
# Byte order marks: of UTF-8, and the lower byte of those of UTF-16.
_MARK, _WIDE_MARKS = b"\xef\xbb\xbf", (b"\xff", b"\xfe")


def stretches(layout: Layout) -> tuple[Stretch, ...]:
    """The characters, from and up to, in which a card number has room; not those of identifiers."""
    found: list[Stretch] = []
    end = 0
    for name, (first, last) in sorted(layout.items(), key=lambda one: one[1]):
        if first - 1 > end:
            found.append((end, first - 1))
        if not is_identifier(name.encode("utf-8", "replace")):
            found.append((first - 1, last))
        end = max(end, last)
    found.append((end, None))
    return tuple(one for one in found if one[1] is None or one[1] - one[0] >= _LEAST_DIGITS)


def fields(data: bytes, places: tuple[Stretch, ...], *, is_wide: bool) -> Iterator[tuple[int, int]]:
    """Where the stretches with long numbers begin and end in the bytes; `is_wide`: of UTF-16."""
    told: tuple[int, int] | None = None
    end_of_line = -1
    for found in _LONG.finditer(data):
        if found.start() > end_of_line:
            begin, end_of_line = _line_around(data, found.start(), is_wide)
            line = data[begin:end_of_line]
            text = None if is_wide or line.isascii() else _of_several_bytes(line)
            if len(line) > _LONGEST_LINE:
                yield begin, end_of_line
        if len(line) > _LONGEST_LINE:
            continue
        first, last = found.start() - begin, found.end() - begin
        if text is not None:
            first, last = (len(line[:at].decode("utf-8", "ignore")) for at in (first, last))
        for start, end in places:
            if start < last and (end is None or first < end):
                here = (begin + _byte(start, line, text), begin + _byte(end, line, text))
                if here != told:
                    told = here
                    yield here


def _line_around(data: bytes, at: int, is_wide: bool) -> tuple[int, int]:
    """Where the line begins and ends, without a byte order mark: readers take that away."""
    begin = data.rfind(b"\n", 0, at) + 1
    begin = data.rfind(b"\r", begin, at) + 1 or begin
    end = data.find(b"\n", at)
    end = len(data) if end < 0 else end
    back = data.find(b"\r", at, end)
    if is_wide and begin == 0 and data[:1] in _WIDE_MARKS:
        begin = 1
    elif data.startswith(_MARK, begin):
        begin += len(_MARK)
    return begin, end if back < 0 else back


def _of_several_bytes(line: bytes) -> str | None:
    """The text of a line of UTF-8; None for Windows-1252 and Latin-1, a byte a character."""
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _byte(character: int | None, line: bytes, text: str | None) -> int:
    """At which byte of a line a character begins."""
    if character is None:
        return len(line)
    if text is None:
        return min(character, len(line))
    return len(text[:character].encode("utf-8"))
