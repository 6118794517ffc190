"""JSON, one record a line or all in one list, record by record: never a whole file at once.

    {"id": "T1", "store": {"code": "NYC"}, "line_items": [{"sku": "A"}, {"sku": "B"}]}

A field is called by its path, `store.code`, an element of a list by its place, `taxes.0.rate`.
With `each: line_items` every element is a row: `line_items.sku` is the element's, `id` is its
record's, and `line_items._number` counts the elements from 1. With `records: data.orders` the list
of records stands below other things.

Line numbers are those of the file where each line is a record, else records are counted. Numbers
stay the text they are. A field that no rule reads is left out; one that is nowhere is missing.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from pipelines.ingest.mapping.model import Mapping
from pipelines.ingest.readers import (
    BLANK,
    BadLine,
    CheckHeader,
    Chunk,
    Refused,
    loose,
    text_frame,
)
from pipelines.ingest.readers.lines import bad_line, text_lines
from pipelines.ingest.readers.streams import Stream, Transcoded, open_stream
from pipelines.settings import Settings

NUMBER = "_number"
NO_ELEMENTS = "record without {each}"
_ROWS = 10_000
_BLOCK = 1 << 20
# One record, or what stands before the records, larger than this is no record.
_MAX_RECORD = 32 << 20
_SPACE = re.compile(r"[ \t\r\n]*")


class _Fault(Exception):
    """A record cannot be used: what is wrong with it."""


def read(
    path: Path, mapping: Mapping, settings: Settings, check_header: CheckHeader
) -> Iterator[Chunk]:
    """Chunks of the file at `path`. Raises Refused."""
    settled, findings = loose.settle_encoding(path, mapping, settings)
    rows = _Rows(mapping, check_header)
    if mapping.records is None and _has_a_record_a_line(path, settled, settings):
        findings["layout"] = "one record a line"
        records = _lines(path, settled, settings, rows)
    else:
        findings["layout"] = "a list of records"
        records = _elements(path, settled, settings)
    for number, record in records:
        rows.add(number, record)
        if rows.is_full:
            yield rows.taken(findings)
            findings = {}
    yield rows.taken(findings)


def _has_a_record_a_line(path: Path, mapping: Mapping, settings: Settings) -> bool:
    """Whether the first line that is not blank is a record of its own."""
    with closing(_utf8(path, mapping, settings)) as stream:
        start = stream.read(_BLOCK).decode("utf-8", errors="replace")
    start = start.removeprefix("\ufeff").lstrip()
    if not start:
        raise Refused("it is empty: not even a record. A day without any is an empty list: []")
    first = start.split("\n", 1)[0].strip()
    # An object spread over lines is one thing, and no record a line.
    return not first.startswith("[") and first != "{" and not first.endswith(("{", "[", ","))


def _utf8(path: Path, mapping: Mapping, settings: Settings) -> Stream:
    stream = open_stream(path, settings.max_expansion)
    return stream if mapping.encoding == "utf-8" else Transcoded(stream, mapping.encoding)


# ── records ──────────────────────────────────────────────────────────────────────────────────


def _lines(
    path: Path, mapping: Mapping, settings: Settings, rows: _Rows
) -> Iterator[tuple[int, dict[str, Any]]]:
    for line in text_lines(path, mapping, settings):
        text = line.text.strip()
        if line.fault is not None:
            rows.bad.append(line.fault)
        elif not text:
            rows.skip(BLANK)
        else:
            try:
                record = _parsed(text)
                if not isinstance(record, dict):
                    raise _Fault("a record in braces")
            except _Fault as fault:
                rows.bad.append(bad_line(line.number, "record", str(fault), line.text))
            else:
                yield line.number, record


def _elements(
    path: Path, mapping: Mapping, settings: Settings
) -> Iterator[tuple[int, dict[str, Any]]]:
    with closing(_utf8(path, mapping, settings)) as stream:
        text = _Text(stream)
        for name in (mapping.records or "").split(".") if mapping.records else []:
            text.enter(name)
        if text.peek() == "{" and mapping.records is None:
            # One record a file, spread over lines.
            yield 1, text.value("the record")
            text.ends("its record")
            return
        if text.peek() != "[":
            raise Refused(
                "it is no list of records: say in its mapping where the list stands, such as "
                "records: data.orders"
            )
        text.take("[")
        number = 0
        while text.peek() != "]":
            if number:
                text.take(",")
            number += 1
            record = text.value(f"record {number}")
            if not isinstance(record, dict):
                raise Refused(f"record {number} is no object in braces")
            yield number, record
        text.take("]")
        if mapping.records is None:
            text.ends(f"its list of {number:,} records")


def _parsed(text: str) -> Any:
    try:
        return _DECODER.decode(text)
    except (ValueError, RecursionError) as fault:
        raise _Fault(f"JSON ({_words(fault)})") from fault


def _words(fault: Exception) -> str:
    if isinstance(fault, json.JSONDecodeError):
        return fault.msg
    return "nested too deeply" if isinstance(fault, RecursionError) else str(fault)


def _readable(text: str) -> str:
    """The text without halves of characters, which JSON can write and nothing can show."""
    return text.encode("utf-8", errors="replace").decode("utf-8")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"{twice} stands there twice")
    return found


def _constant(name: str) -> Any:
    raise ValueError(f"{name} is no number of JSON")


# Numbers stay as they are written: 1.10 is no binary fraction, an id no float.
_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_float=str, parse_int=str, parse_constant=_constant
)


class _Text:
    """The text of a stream from where the reading stands, no more of it than one value."""

    _step = _BLOCK

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._text = ""
        self._at = 0
        self._ended = False
        self._started = False

    def _more(self) -> bool:
        """Takes another piece of the stream in; False at its end."""
        if self._ended:
            return False
        piece = self._stream.read(max(self._step, len(self._text) - self._at))
        self._ended = not piece
        try:
            text = self._decoder.decode(piece, final=self._ended)
        except UnicodeDecodeError as fault:
            raise Refused(
                "it is not UTF-8 text, as JSON should be: say encoding: auto in its mapping"
            ) from fault
        if not self._started and text:
            text = text.removeprefix("\ufeff")
            self._started = True
        self._text = self._text[self._at :] + text
        self._at = 0
        if len(self._text) > _MAX_RECORD:
            raise Refused(
                f"a record is longer than {_MAX_RECORD >> 20} MB: this is no list of rows"
            )
        return True

    def peek(self) -> str:
        """The next sign that is no space; empty at the end."""
        while True:
            found = _SPACE.match(self._text, self._at)
            self._at = found.end() if found else self._at
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                return ""

    def take(self, sign: str) -> None:
        found = self.peek()
        if found != sign:
            told = f"{found!r} stands where {sign!r} should" if found else "it ends in the middle"
            raise Refused(f"it is no JSON: {told}. Have it exported again")
        self._at += 1

    def ends(self, what: str) -> None:
        """Makes sure that nothing follows."""
        if self.peek():
            raise Refused(f"something stands behind {what}: send one list, or one record a line")

    def value(self, what: str) -> Any:
        """The value that starts here."""
        self.peek()
        while True:
            try:
                found, end = _DECODER.raw_decode(self._text, self._at)
            except (ValueError, RecursionError) as fault:
                if not isinstance(fault, RecursionError) and self._more():
                    continue
                raise Refused(
                    f"{what} is no JSON ({_words(fault)}): have it exported again"
                ) from fault
            # A number may go on in the next piece.
            if end == len(self._text) and self._more():
                continue
            self._at = end
            return found

    def enter(self, name: str) -> None:
        """Goes to the value of a field of the object that starts here."""
        self.take("{")
        while self.peek() != "}":
            field = self.value("a name")
            self.take(":")
            if field == name:
                return
            self.value(f"field {field}")
            if self.peek() == ",":
                self.take(",")
        raise Refused(f"it has no field {name}, where its mapping looks for the records")


# ── rows ─────────────────────────────────────────────────────────────────────────────────────


_Scopes = dict[tuple[str, ...], Any]
# A header, the scope it starts from, and the steps from there.
_Way = tuple[str, tuple[str, ...], list[str]]


def _way(header: str, scopes: _Scopes) -> _Way:
    path = header.split(".")
    length = max(at for at in range(len(path) + 1) if tuple(path[:at]) in scopes)
    return header, tuple(path[:length]), path[length:]


class _Rows:
    """Records as rows of text under the headers of the mapping."""

    def __init__(self, mapping: Mapping, check_header: CheckHeader) -> None:
        self.headers = sorted(mapping.known_headers - set(mapping.ignore))
        self.bad: list[BadLine] = []
        self._mapping = mapping
        self._check_header: CheckHeader | None = check_header
        self._known_ways: dict[tuple[tuple[str, ...], ...], list[_Way]] = {}
        self._each = mapping.each.split(".") if mapping.each else []
        self._rows: list[list[str | None]] = []
        self._numbers: list[int] = []
        self._skipped: dict[str, int] = {}
        self._seen: set[str] = set()

    @property
    def is_full(self) -> bool:
        return len(self._rows) + len(self.bad) >= _ROWS

    def skip(self, reason: str) -> None:
        self._skipped[reason] = self._skipped.get(reason, 0) + 1

    def add(self, number: int, record: dict[str, Any]) -> None:
        """The rows of one record."""
        start = len(self._rows)
        try:
            for scopes in _exploded(record, self._each):
                self._rows.append([self._text(one, scopes) for one in self._ways(scopes)])
                self._numbers.append(number)
        except _Fault as fault:
            del self._rows[start:], self._numbers[start:]
            raw = _readable(json.dumps(record, ensure_ascii=False))
            self.bad.append(bad_line(number, "record", str(fault), raw))
            return
        if len(self._rows) == start:
            self.skip(NO_ELEMENTS.format(each=self._mapping.each))

    def _ways(self, scopes: _Scopes) -> list[_Way]:
        """From where to where each header leads; the same for all records of one shape."""
        shape = tuple(scopes)
        if shape not in self._known_ways:
            self._known_ways[shape] = [_way(header, scopes) for header in self.headers]
        return self._known_ways[shape]

    def _text(self, way: _Way, scopes: _Scopes) -> str | None:
        """What stands at the end of a way, as text; None when nothing does."""
        header, root, steps = way
        value = scopes[root]
        for name in steps:
            if isinstance(value, dict):
                if name not in value:
                    return None
                value = value[name]
            elif isinstance(value, list) and name.isdigit():
                if int(name) >= len(value):
                    return None
                value = value[int(name)]
            elif value is None:
                return None
            else:
                raise _Fault(f"{header} as a field; {name} stands in no object")
        self._seen.add(header)
        if value is None or isinstance(value, str):
            if value is not None and not value.isascii() and value != _readable(value):
                raise _Fault(f"whole characters at {header}")
            if value is not None and "\0" in value:
                raise _Fault(f"no zero bytes at {header}")
            return value
        if isinstance(value, bool):
            return "true" if value else "false"
        raise _Fault(f"one value at {header}, no list and no object")

    def taken(self, findings: dict[str, str]) -> Chunk:
        """What was gathered, as a chunk. Raises Refused for a header that no record has."""
        if self._check_header is not None:
            needed = self._mapping.required_headers
            some = bool(self._rows)
            present = [one for one in self.headers if one in self._seen or one not in needed]
            self._check_header(present if some else self.headers)
            self._check_header = None
        frame = text_frame(self.headers, self._rows, self._numbers)  # type: ignore[arg-type]
        chunk = Chunk(frame, self.bad, self._skipped, findings=findings)
        self._rows, self._numbers, self.bad, self._skipped = [], [], [], {}
        return chunk


def _exploded(record: dict[str, Any], each: list[str]) -> Iterator[_Scopes]:
    """What each path of a row starts from: the record, and the elements on the way to the row."""
    yield from _descended({(): record}, (), record, each)


def _descended(
    scopes: _Scopes, path: tuple[str, ...], value: Any, rest: list[str]
) -> Iterator[_Scopes]:
    if path and isinstance(value, list):
        for number, element in enumerate(value, 1):
            inner = {**scopes, path: element, (*path, NUMBER): str(number)}
            yield from _stepped(inner, path, element, rest)
    elif path and not rest and value is not None:
        raise _Fault(f"a list at {'.'.join(path)}")
    else:
        yield from _stepped(scopes, path, value, rest)


def _stepped(
    scopes: _Scopes, path: tuple[str, ...], value: Any, rest: list[str]
) -> Iterator[_Scopes]:
    if not rest:
        if value is None:
            raise _Fault(f"no empty element at {'.'.join(path)}")
        yield scopes
        return
    if not isinstance(value, dict):
        raise _Fault(f"an object at {'.'.join(path)}")
    name, *further = rest
    if value.get(name) is not None:
        yield from _descended(scopes, (*path, name), value[name], further)
