"""Card numbers never get in: masked to their last four digits before anything is stored.

    masked_text("paid with 4111 1111 1111 1111")     # paid with **** **** **** 1111
    Masked(stream).read(1 << 20)                     # the same for the bytes of a file

A card number is 13 to 19 digits in an issuer's range that pass the Luhn check, in one piece or in
the groups printed on cards, with spaces of any kind, dashes or points. One number in ten passes
Luhn by chance, so what is none has to be told apart:

- glued to letters it is somebody's identifier (`txn_4111…`), unless the letters say card or are
  those of a magnetic stripe;
- behind a decimal point it is a fraction;
- thirteen digits with a right EAN check digit are a bar code: cards of thirteen digits are long
  gone, bar codes are everywhere. Fourteen are a Diners card, not a carton: cartons are not sold;
- under the header, tag or key of an identifier (gtin, serial number, transaction id …) it is that
  identifier.

Length is kept: a mask changes no offset. Where a star would break the file, zeros (numbers of a
spreadsheet) or spaces (numbers of JSON) stand instead.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Protocol

import numpy as np

from pipelines.ingest.card_fields import Stretch, fields
from pipelines.ingest.card_identifiers import is_identifier
from pipelines.ingest.readers import Refused

# First and last of the leading digits, and how long such a number is (domain.md names no source:
# the issuers' own publications).
_RANGES: tuple[tuple[str, str, tuple[int, ...]], ...] = (
    ("4", "4", (13, 16, 19)),  # Visa
    ("51", "55", (16,)),  # Mastercard
    ("2221", "2720", (16,)),  # Mastercard, since 2017
    ("34", "34", (15,)),  # American Express
    ("37", "37", (15,)),
    ("6011", "6011", (16, 17, 18, 19)),  # Discover
    ("644", "649", (16, 17, 18, 19)),
    ("65", "65", (16, 17, 18, 19)),
    ("300", "305", (14, 16)),  # Diners Club
    ("3095", "3095", (14, 16)),
    ("36", "36", (14, 16)),
    ("38", "39", (14, 16)),
    ("3528", "3589", (16, 17, 18, 19)),  # JCB
    ("62", "62", (16, 17, 18, 19)),  # UnionPay
    ("81", "81", (16, 17, 18, 19)),
    ("5018", "5018", tuple(range(13, 20))),  # Maestro
    ("5020", "5020", tuple(range(13, 20))),
    ("5038", "5038", tuple(range(13, 20))),
    ("5893", "5893", tuple(range(13, 20))),
    ("6304", "6304", tuple(range(13, 20))),
    ("6759", "6759", tuple(range(13, 20))),
    ("6761", "6763", tuple(range(13, 20))),
)
# Between groups: a space, also of two or three bytes in UTF-8, a dash or a point.
_BETWEEN = rb"([ .\xa0-]|\xc2\xa0|\xe2\x80[\x89\xaf])"
_CANDIDATE = re.compile(
    rb"(?<![0-9])(?:(?<![0-9]\.)[0-9]{13,19}"
    rb"|[0-9]{4}" + _BETWEEN + rb"[0-9]{4}\1[0-9]{4}\1[0-9]{1,4}(?:\1[0-9]{1,3})?"
    rb"|[0-9]{4}" + _BETWEEN + rb"[0-9]{6}\2[0-9]{4,5})(?![0-9])"
)
# Spaces that take more than one byte in UTF-8: no-break, thin and narrow no-break.
_WIDE_SPACES = (b"\xc2\xa0", b"\xe2\x80\x89", b"\xe2\x80\xaf")
_AFTER_WIDE = tuple(
    re.compile(
        space
        + rb"[0-9]{4}(?:"
        + space
        + rb"[0-9]{4}"
        + space
        + rb"[0-9]|[0-9]{2}"
        + space
        + rb"[0-9]{4})"
    )
    for space in _WIDE_SPACES
)
# Shorter texts are searched by expression alone.
_SHORT = 2_000
_BLOCK = 64 << 10
_SIGNS = re.compile(rb"[^0-9]")
_NO_DIGIT = re.compile(r"[^0-9-]")
_WORD = re.compile(rb"[A-Za-z_]+\Z")
# Letters that stand before a card number; `b` begins the first track of a magnetic stripe.
_CARD_WORDS = frozenset(
    b"b amex card carte cb cc discover jcb maestro mastercard mc no nr num pan visa".split()
)
_TAG = re.compile(rb"<([\w.:-]+)(?:\s[^<>]*)?>\s*\Z")
_ATTRIBUTE = re.compile(rb"([\w.:-]+)\s*=\s*[\"']\Z")
_KEY = re.compile(rb"[\"']([^\"'\n]{1,60})[\"']\s*:\s*[\"']?\Z")
# GS1: (01) and /01/ announce a trade item, (00) and /00/ a logistic unit, (21) and /21/ a serial.
_GS1 = re.compile(rb"(?:\(|/)(?:00|01|21)(?:\)|/)\Z")
_BEHIND = 200
_LONGEST_WORD = 16
_JSON_BEFORE, _JSON_AFTER = re.compile(rb"[:\[,]\s*\Z"), re.compile(rb"\s*[,}\]]")
_DELIMITERS = b",;\t|"
# Digits in escapes, by the first sign of a JSON or XML file.
_JSON_DIGIT = re.compile(rb"\\u003[0-9]")
_XML_DIGIT = re.compile(rb"&#(?:[xX]0*3[0-9]|0*(?:4[89]|5[0-7]));")
_ESCAPED = {b"{": _JSON_DIGIT, b"[": _JSON_DIGIT, b"<": _XML_DIGIT}
_HEADER_BYTES = 64 << 10
_HEADER_LINES = 50
_STEP = 1 << 20
_MARKS = {b"\xff\xfe": 0, b"\xfe\xff": 1}

Span = tuple[int, int]


class Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


def is_card_number(digits: str) -> bool:
    """Whether these digits are those of a card."""
    return len(digits) in range(13, 20) and _is_issued(digits) and _passes_luhn(digits)


def _is_issued(digits: str) -> bool:
    return any(
        len(digits) in lengths and first <= digits[: len(first)] <= last
        for first, last, lengths in _RANGES
    )


def _passes_luhn(digits: str) -> bool:
    odd = sum(map(int, digits[-1::-2]))
    even = sum(sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (odd + even) % 10 == 0


def _is_bar_code(digits: str) -> bool:
    """Thirteen digits whose last is the check digit of an EAN."""
    if len(digits) != 13:
        return False
    weighed = sum(int(digit) * (3 if at % 2 else 1) for at, digit in enumerate(digits))
    return weighed % 10 == 0


def _issued() -> np.ndarray:
    """For each length, which four leading digits some issuer has."""
    known = np.zeros((20, 10_000), dtype=bool)
    for first, last, lengths in _RANGES:
        low, high = int(first.ljust(4, "0")), int(last.ljust(4, "9"))
        for length in lengths:
            known[length, low : high + 1] = True
    return known


_ISSUED = _issued()
_ISSUED_LONGER = np.asarray(_ISSUED[14:].any(axis=0))


def _starts(data: bytes) -> list[int]:
    """Where a card number may begin: few places, found without looking at each digit in turn."""
    if len(data) < _SHORT:
        return _every_start(data)
    signs = np.frombuffer(data, dtype=np.uint8)
    found: list[int] = []
    # Small blocks stay in the processor's cache: five times as fast. Each overlaps the next by more
    # than a number, and begins a byte early, to see what stands before its first digit.
    for at in range(0, len(signs), _BLOCK):
        early = max(0, at - 1)
        block = _starts_in(signs[early : at + _BLOCK + 32])
        found += [early + one for one in block if at <= early + one < at + _BLOCK]
    wide = _wide_starts(data)
    return sorted({*found, *wide}) if wide else found


def _wide_starts(data: bytes) -> list[int]:
    """Groups parted by spaces of several bytes."""
    return [
        found.start() - 4
        for space, after in zip(_WIDE_SPACES, _AFTER_WIDE, strict=True)
        if space in data
        for found in after.finditer(data)
        if data[max(0, found.start() - 4) : found.start()].isdigit() and found.start() >= 4
    ]


def _starts_in(signs: np.ndarray) -> list[int]:
    size = len(signs)
    if size < 20:
        return _every_start(signs.tobytes())
    digit = (signs - 48) < 10
    two = digit[1:] & digit[:-1]
    four = two[2:] & two[:-2]
    eight = four[4:] & four[:-4]
    run: np.ndarray = eight[5:] & eight[:-5]
    found = []
    if run.any():
        run[1:] &= ~digit[: len(run) - 1]
        whole = np.flatnonzero(run)
        whole = whole[_may_be_issued(signs, digit, whole)]
        found.append(whole[_are_cards(signs, whole)])
    separator = (signs == 32) | (signs == 45) | (signs == 46) | (signs == 160)
    pair = four[: size - 8] & separator[4 : size - 4] & four[5 : size - 3]
    if pair.any():
        end = size - 15
        grouped = pair[:end] & pair[5 : end + 5] & separator[14 : end + 14] & digit[15 : end + 15]
        other = pair[:end] & two[9 : end + 9] & separator[11 : end + 11] & four[12 : end + 12]
        found.append(np.flatnonzero(grouped | other))
    return sorted({*np.concatenate(found).tolist()}) if found else []


def _every_start(data: bytes) -> list[int]:
    """The same by expression: overlapping candidates, for a date may look like a first group."""
    found = []
    at = 0
    while match := _CANDIDATE.search(data, at):
        found.append(match.start())
        at = match.start() + 1
    return found


def _may_be_issued(signs: np.ndarray, digit: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """A first look at runs of digits, which in a list of bar codes are many."""
    lead = np.zeros(len(starts), dtype=np.int16)
    for at in range(4):
        lead = lead * 10 + (signs[starts + at] - 48)
    is_longer = digit[np.minimum(starts + 13, len(digit) - 1)] & (starts + 13 < len(digit))
    return np.where(is_longer, _ISSUED_LONGER[lead], _ISSUED[13, lead])


def _are_cards(signs: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """Which runs of digits are in an issuer's range, pass Luhn and are no bar code."""
    places = starts[:, None] + np.arange(20)
    digits = signs[np.minimum(places, len(signs) - 1)].astype(np.int16) - 48
    inside = (digits >= 0) & (digits < 10) & (places < len(signs))
    length = np.logical_and.accumulate(inside, axis=1).sum(axis=1)
    counted = np.arange(20) < length[:, None]
    values = np.where(counted, digits, 0)
    lead = values[:, :4] @ np.array([1000, 100, 10, 1])
    issued = (length < 20) & _ISSUED[np.minimum(length, 19), lead]
    doubled = np.where((length[:, None] - 1 - np.arange(20)) % 2, 2, 1) * values
    luhn = (doubled - 9 * (doubled > 9)).sum(axis=1) % 10 == 0
    weighed = (values * np.where(np.arange(20) % 2, 3, 1)).sum(axis=1) % 10 == 0
    return issued & luhn & ~(weighed & (length == 13))


def masked_text(text: str) -> str:
    """The text with every card number masked."""
    data = text.encode("utf-8", errors="surrogatepass")
    found = Masker(is_whole=False).mask(data)
    return text if found is data else found.decode("utf-8", errors="surrogatepass")


def masked_name(name: str) -> str:
    """The name of a file with every card number masked; there any sign may part the groups."""
    digits = _NO_DIGIT.sub(" ", name)
    if (found := masked_text(digits)) == digits:
        return name
    return "".join(new if new == "*" else old for old, new in zip(name, found, strict=True))


class Masker:
    """Masks the pieces of one file; learns from the first what kind of file it is.

    `is_whole`: the pieces begin with the file's first byte and end where lines end. `places`: where
    a card number may stand in a line, when the file is of fixed width.
    """

    def __init__(self, is_whole: bool = True, places: tuple[Stretch, ...] = ()) -> None:
        self._is_first = is_whole
        self._places = places
        self._wide: int | None = None
        self._delimiter = b""
        self._protected: frozenset[int] = frozenset()
        self._is_json = False
        self._escaped: re.Pattern[bytes] | None = None

    @property
    def is_wide(self) -> bool:
        """Whether the file is UTF-16: pieces have an even number of bytes."""
        return self._wide is not None

    def mask(self, data: bytes) -> bytes:
        """The same bytes, or as many with stars in them. Raises Refused for hidden digits."""
        self.look_at(data)
        narrow = self._narrow(data)
        if self._escaped is not None and self._escaped.search(narrow):
            raise Refused(
                "it writes digits as signs of another kind (such as \\u0034 or &#52;), which no "
                "export does and which could hide a card number: nothing of it was kept. Have it "
                "exported with plain digits"
            )
        spans = list(self._spans(narrow))
        if not spans:
            return data
        result = bytearray(data)
        for start, end in spans:
            self._blot(result, narrow, start, end)
        return bytes(result)

    def numbers(self, data: bytes) -> Iterator[bytes]:
        """The card numbers in the data, digits only."""
        self.look_at(data)
        narrow = self._narrow(data)
        for start, end in self._spans(narrow):
            yield _SIGNS.sub(b"", narrow[start:end])

    def look_at(self, start: bytes) -> None:
        """Learns from the first piece of the file what kind it is."""
        if self._is_first and len(start) > 1:
            self._is_first = False
            self._wide = _width(start)
            self._learn(self._narrow(start[: 2 * _HEADER_BYTES]))

    def before_number(self, data: bytes, at: int) -> int:
        """`at`, or where the card number begins that a cut there would go through."""
        width = 1 if self._wide is None else 2
        for start, end in self._spans(self._narrow(data)):
            if start * width < at < end * width:
                return start * width
        return at

    def _narrow(self, data: bytes) -> bytes:
        """One byte a character: of UTF-16 the lower one."""
        return data if self._wide is None else data[self._wide :: 2]

    def _learn(self, start: bytes) -> None:
        head = start.removeprefix(b"\xef\xbb\xbf").removeprefix(b"\xff").removeprefix(b"\xfe")
        self._is_json = head.lstrip()[:1] in (b"{", b"[")
        self._escaped = _ESCAPED.get(head.lstrip()[:1])
        # Titles may stand above the header, as readers allow.
        for number, line in enumerate(head.split(b"\n")[:_HEADER_LINES]):
            delimiter, names = _names(line[:_HEADER_BYTES], self._is_json)
            if number and not (delimiter and _may_be_header(names)):
                continue
            protected = frozenset(at for at, name in enumerate(names) if is_identifier(name))
            if protected:
                self._delimiter, self._protected = delimiter, protected
                break

    def _spans(self, data: bytes) -> Iterator[Span]:
        if not self._places:
            yield from self._spans_in(data)
            return
        for begin, end in fields(data, self._places, is_wide=self.is_wide):
            for start, stop in self._spans_in(data[begin:end]):
                yield begin + start, begin + stop

    def _spans_in(self, data: bytes) -> Iterator[Span]:
        last = 0
        for start in _starts(data):
            if start < last or not (found := _CANDIDATE.match(data, start)):
                continue
            digits = _SIGNS.sub(b"", found[0]).decode("ascii")
            if is_card_number(digits) and not self._is_other(data, start, found[0], digits):
                last = found.end()
                yield start, last

    def _is_other(self, data: bytes, start: int, text: bytes, digits: str) -> bool:
        """Whether a number that could be a card's is an identifier after all."""
        before = data[max(0, start - _BEHIND) : start]
        # Each look back costs: the last byte says which of them can find anything.
        last = before[-1:]
        if last.isalpha() or last == b"_":
            word = _WORD.search(before[-_LONGEST_WORD:])
            if word and word[0].lower() not in _CARD_WORDS:
                return True
        if text.isdigit() and (
            _is_bar_code(digits) or (last in b"/)" and _GS1.search(before[-4:]))
        ):
            return True
        if (named := _named(before)) is not None:
            return is_identifier(named)
        if self._places or not self._protected:
            return False
        return self._column(data, start) in self._protected

    def _column(self, data: bytes, at: int) -> int:
        """Which column a byte stands in; -1 far into a line that is none."""
        begin = data.rfind(b"\n", max(0, at - _HEADER_BYTES), at)
        if begin < 0 and at > _HEADER_BYTES:
            return -1
        line = data[begin + 1 : at]
        if not self._delimiter:
            return 0
        if b'"' not in line:
            return line.count(self._delimiter)
        return b"".join(line.split(b'"')[::2]).count(self._delimiter)

    def _blot(self, result: bytearray, data: bytes, start: int, end: int) -> None:
        filler = b"*"
        before, after = data[max(0, start - 20) : start], data[end : end + 20]
        if before.endswith(b"<v>"):
            filler = b"0"
        elif self._is_json and _JSON_BEFORE.search(before) and _JSON_AFTER.match(after):
            filler = b" "
        digits = [at for at in range(start, end) if data[at : at + 1].isdigit()]
        for at in digits[:-4]:
            where = at if self._wide is None else 2 * at + self._wide
            result[where : where + 1] = filler


def _names(line: bytes, is_json: bool) -> tuple[bytes, list[bytes]]:
    """What separates the names of a header, and the names."""
    count, delimiter = max((line.count(sign), bytes([sign])) for sign in _DELIMITERS)
    names = [line] if is_json or not count else line.split(delimiter)
    return b"" if len(names) == 1 else delimiter, [name.strip(b' "\r\t') for name in names]


def _may_be_header(names: list[bytes]) -> bool:
    """A row has numbers and days among its values, a header has names alone."""
    return not any(name[:1].isdigit() for name in names)


def _named(before: bytes) -> bytes | None:
    """The tag, attribute or key that what follows is the value of."""
    end = before.rstrip()
    found = None
    if end.endswith(b">"):
        found = _TAG.search(before)
    elif end.endswith((b'"', b"'")):
        found = _ATTRIBUTE.search(before) or _KEY.search(before)
    elif end.endswith(b":"):
        found = _KEY.search(before)
    return found[1].rpartition(b":")[2] if found else None


def _width(data: bytes) -> int | None:
    """Where the lower byte of a UTF-16 character stands, 0 or 1; None for other text."""
    if data[:2] in _MARKS:
        return _MARKS[data[:2]]
    start = data[:4096]
    half = len(start) // 2
    for low in (0, 1):
        if half >= 4 and start[1 - low :: 2].count(0) > half * 0.7 and not start[low::2].count(0):
            return low
    return None


class Masked:
    """A stream of bytes with every card number masked; holds about one step of it at a time."""

    def __init__(
        self, stream: Readable, step: int = _STEP, places: tuple[Stretch, ...] = ()
    ) -> None:
        self._stream = stream
        self._step = step
        self._masker = Masker(places=places)
        self._held = b""
        self._ended = False
        self.found = False

    def read(self, size: int = _STEP, /) -> bytes:
        """Some bytes; none at the end."""
        while not self._ended:
            more = self._stream.read(self._step)
            data = self._held + more if self._held else more
            self._ended = not more
            cut = len(data) if self._ended else self._cut(data)
            piece, self._held = data[:cut], data[cut:]
            if piece:
                result = self._masker.mask(piece)
                self.found = self.found or result is not piece
                return result
        return b""

    def _cut(self, data: bytes) -> int:
        """Up to where no number is cut in two: the end of the last line, if lines end."""
        if len(data) < self._step and len(data) < _HEADER_BYTES:
            return 0
        self._masker.look_at(data)
        cut = data.rfind(b"\n") + 1
        if cut and data[cut : cut + 1] == b"\0":  # the upper byte of a line end
            cut += 1
        if len(data) - cut > self._step or not cut:
            # No line ends: a little stays behind, more than a number and what announces it.
            cut = self._masker.before_number(data, max(0, len(data) - 4 * _BEHIND))
        return cut - cut % 2 if self._masker.is_wide else cut
