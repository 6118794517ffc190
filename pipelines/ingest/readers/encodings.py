"""Which encoding a text file is written in, decided by its bytes alone.

    a mark at the start ─▶ what the mark says
    zero bytes in every second place ─▶ UTF-16, little or big end first
    its bytes above 127 form UTF-8 characters ─▶ UTF-8
    else ─▶ Windows-1252, or Latin-1 where Windows-1252 has no character for a byte

The whole file is looked at: one accent may stand on its last line.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from pipelines.ingest.readers import Refused
from pipelines.ingest.readers.streams import Stream

_BLOCK = 1 << 20
_LOOKED_AT = 1 << 16
_MARKS = (
    (b"\xef\xbb\xbf", "utf-8", "UTF-8 with a byte order mark"),
    (b"\xff\xfe\x00\x00", "", "UTF-32"),
    (b"\x00\x00\xfe\xff", "", "UTF-32"),
    (b"\xff\xfe", "utf-16-le", "UTF-16, little end first"),
    (b"\xfe\xff", "utf-16-be", "UTF-16, big end first"),
)
_UTF8 = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]"
    rb"|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xef][\x80-\xbf]{2}"
    rb"|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf4][\x80-\xbf]{3}"
)
# The five bytes to which Windows-1252 gives no character.
_NOT_1252 = np.zeros(256, dtype=bool)
_NOT_1252[[0x81, 0x8D, 0x8F, 0x90, 0x9D]] = True
# A character of UTF-8 has at most four bytes: this many may wait for the next block.
_LONGEST = 4


@dataclass(frozen=True)
class Encoding:
    """`name` as Python knows it, `words` as a person does."""

    name: str
    words: str


PLAIN = Encoding("utf-8", "ASCII")


def decide(stream: Stream) -> Encoding:
    """The encoding of all that `stream` gives. Raises Refused for what is read by nobody here."""
    start = stream.read(_LOOKED_AT)
    for mark, name, words in _MARKS:
        if start.startswith(mark):
            if not name:
                raise Refused(f"it is written as {words}: save it as 'CSV UTF-8'")
            return Encoding(name, words)
    if (wide := _wide(start)) is not None:
        return wide
    return _narrow(start, stream)


def _wide(start: bytes) -> Encoding | None:
    """UTF-16 without a mark: Latin letters leave every second byte zero."""
    pairs = len(start) // 2
    if not pairs or b"\0" not in start:
        return None
    signs = np.frombuffer(start[: pairs * 2], dtype=np.uint8).reshape(pairs, 2)
    high, low = (np.count_nonzero(signs[:, at] == 0) for at in (0, 1))
    # Half is much: accents and Latin text keep their zero byte, a few signs such as € do not.
    if low > pairs / 2 and high <= low / 20:
        return Encoding("utf-16-le", "UTF-16, little end first, without a byte order mark")
    if high > pairs / 2 and low <= high / 20:
        return Encoding("utf-16-be", "UTF-16, big end first, without a byte order mark")
    return None


def _narrow(start: bytes, stream: Stream) -> Encoding:
    characters = 0
    strays = 0
    no_1252 = False
    rest = b""
    block = start
    while block:
        following = stream.read(_BLOCK)
        data = rest + block
        rest = b""
        if following:
            cut = _whole(data)
            data, rest = data[:cut], data[cut:]
        if not data.isascii():
            signs = np.frombuffer(data, dtype=np.uint8)
            found = _UTF8.findall(data)
            characters += len(found)
            strays += int(np.count_nonzero(signs > 127)) - sum(map(len, found))
            no_1252 = no_1252 or bool(_NOT_1252[signs].any())
        block = following
    if not characters and not strays:
        return PLAIN
    # By chance, an accent of another encoding hardly ever looks like UTF-8; a torn line does not
    # make a whole file of UTF-8 something else.
    if characters > strays:
        return Encoding("utf-8", "UTF-8")
    if no_1252:
        return Encoding("iso8859-1", "Latin-1")
    return Encoding("cp1252", "Windows-1252")


def _whole(data: bytes) -> int:
    """Where `data` can be cut without tearing a character of UTF-8."""
    for back in range(1, min(_LONGEST, len(data)) + 1):
        sign = data[-back]
        if sign < 0x80:
            return len(data) - back + 1
        if sign >= 0xC0:
            return len(data) - back
    return len(data)
