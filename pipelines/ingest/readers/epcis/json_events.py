"""Events of an EPCIS document in JSON-LD, one at a time.

Only as much of the file is in memory as one event takes: the document's own parts are stepped over
until its list of events, which is then read element by element.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pipelines.ingest.readers import Refused
from pipelines.ingest.readers.epcis.events import Event, Item, term
from pipelines.ingest.readers.streams import Stream, open_stream
from pipelines.settings import Settings

_BLOCK_BYTES = 256 << 10
# One event; a count of a hundred thousand tags takes some five million.
_MOST_CHARACTERS = 64 << 20
# Longer than any word, number or escape that a block may cut in two.
_TAIL = 400
_SPACE = re.compile(r"[ \t\r\n]*")
_WAY = ("epcisBody", "queryResults", "resultsBody")
_LIST = "eventList"
_PIECES = ("epcList", "childEPCs", "inputEPCList", "outputEPCList")
_CLASSES = ("quantityList", "childQuantityList", "inputQuantityList", "outputQuantityList")
_MARKS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}


def read(path: Path, settings: Settings) -> Iterator[Event]:
    """The events of the file. Raises Refused."""
    stream = open_stream(path, settings.max_expansion)
    try:
        yield from _events(_Text(stream))
    finally:
        stream.close()


def _events(text: _Text) -> Iterator[Event]:
    if text.peek() != "{":
        raise text.refused("an EPCIS document, { … }, begins here")
    yield from _document(text, at_top=True)
    if text.peek():
        raise text.refused("the document ends here")


def _document(text: _Text, *, at_top: bool = False) -> Iterator[Event]:
    """Steps through an object, down the way to the list of events."""
    text.take("{")
    kind: str | None = None
    found = False
    start = text.line
    held: dict[str, Any] = {}
    while text.peek() != "}":
        name = text.value()
        if not isinstance(name, str):
            raise text.refused("a name in quotes")
        text.take(":")
        if name in _WAY and text.peek() == "{":
            found = True
            yield from _document(text)
        elif name == _LIST and text.peek() == "[":
            found = True
            yield from _list(text)
        else:
            value = text.value()
            if name in ("type", "isA", "@type"):
                kind = value if isinstance(value, str) else None
            if at_top:
                held[name] = value
        if text.peek() == ",":
            text.take(",")
        elif text.peek() != "}":
            raise text.refused(", or }")
    text.take("}")
    if at_top and not found:
        # A single event without a document around it.
        if kind is not None and kind.endswith("Event"):
            yield _event(held, start, "")
            return
        raise Refused(
            f"it is JSON, but no EPCIS document: it has no {' / '.join((_WAY[0], _LIST))}"
        )


def _list(text: _Text) -> Iterator[Event]:
    text.take("[")
    while text.peek() != "]":
        text.peek()
        line = text.line
        source, value = text.sourced()
        if not isinstance(value, dict):
            raise Refused(f"line {line}: an event, {{ … }}, is expected")
        yield _event(value, line, source)
        if text.peek() == ",":
            text.take(",")
        elif text.peek() != "]":
            raise text.refused(", or ]")
    text.take("]")


class _Text:
    """The text of the file from where reading stands; raises Refused."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        start = stream.read(_BLOCK_BYTES)
        if not start:
            raise Refused("it is empty: have it sent again")
        encoding = next((code for mark, code in _MARKS.items() if start.startswith(mark)), "utf-8")
        mark = next((mark for mark in _MARKS if start.startswith(mark)), b"")
        self._decoder = codecs.getincrementaldecoder(encoding)()
        # Numbers stay as written: 1.10 is not 1.1.
        self._json = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=_no_number)
        self._held = ""
        self._at = 0
        self._ended = False
        self.line = 1
        self._feed(start[len(mark) :])

    def peek(self) -> str:
        """The next sign that is no space; empty at the end."""
        while True:
            found = _SPACE.match(self._held, self._at)
            assert found is not None
            self._pass(found.end())
            if self._at < len(self._held):
                return self._held[self._at]
            if not self._more():
                return ""

    def take(self, sign: str) -> None:
        if self.peek() != sign:
            raise self.refused(sign)
        self._pass(self._at + 1)

    def value(self) -> Any:
        return self.sourced()[1]

    def sourced(self) -> tuple[str, Any]:
        """The next value whole, and the text it was written as."""
        self.peek()
        while True:
            try:
                value, end = self._json.raw_decode(self._held, self._at)
            except json.JSONDecodeError as fault:
                if self._is_damage(fault) or not self._more():
                    line = self.line + self._held.count("\n", self._at, fault.pos)
                    raise Refused(
                        f"line {line}: it is damaged JSON ({fault.msg.lower()}): have it sent again"
                    ) from fault
                continue
            except RecursionError as fault:
                raise Refused(f"line {self.line}: nested too deep: this is no export") from fault
            # A number at the end of what is held may go on.
            if end == len(self._held) and self._held[self._at] not in '{["' and self._more():
                continue
            source = self._held[self._at : end]
            self._pass(end)
            return source, value

    def _is_damage(self, fault: json.JSONDecodeError) -> bool:
        """Whether more text cannot mend it: the fault is not where what is held ends."""
        is_open = fault.msg.startswith("Unterminated")
        return not is_open and fault.pos < len(self._held) - _TAIL

    def refused(self, expected: str) -> Refused:
        return Refused(f"line {self.line}: it is damaged JSON: {expected} is expected")

    def _pass(self, end: int) -> None:
        self.line += self._held.count("\n", self._at, end)
        self._at = end

    def _more(self) -> bool:
        """Holds at least as much again: a value that spans many blocks is tried a few times."""
        if self._ended:
            return False
        self._held = self._held[self._at :]
        self._at = 0
        wanted = max(_BLOCK_BYTES, len(self._held))
        if len(self._held) > _MOST_CHARACTERS:
            raise Refused(
                f"line {self.line}: an event of more than {_MOST_CHARACTERS:,} characters: this is "
                "no export"
            )
        taken = 0
        while taken < wanted and not self._ended:
            block = self._stream.read(_BLOCK_BYTES)
            taken += len(block)
            self._feed(block)
        return True

    def _feed(self, block: bytes) -> None:
        self._ended = not block
        try:
            self._held += self._decoder.decode(block, final=self._ended)
        except UnicodeDecodeError as fault:
            raise Refused(
                f"line {self.line} or below: it is not UTF-8 text, as JSON must be: have it "
                "exported again"
            ) from fault


def _no_number(text: str) -> Any:
    raise Refused(f"it has {text} where a number is expected: have it exported again")


def _event(told: dict[str, Any], line: int, source: str) -> Event:
    def text(name: str) -> str | None:
        return _words(told.get(name))

    def listed(name: str, part: str) -> list[tuple[str, str]]:
        return [
            (term(_words(one.get("type"))) or "", value)
            for one in _all(told.get(name))
            if isinstance(one, dict) and (value := _words(one.get(part))) is not None
        ]

    found = Event(
        line=line,
        kind=text("type") or text("isA") or text("@type") or "",
        time=text("eventTime"),
        offset=text("eventTimeZoneOffset"),
        given_id=text("eventID"),
        action=text("action"),
        step=term(text("bizStep")),
        disposition=term(text("disposition")),
        read_point=_place(told.get("readPoint")),
        location=_place(told.get("bizLocation")),
        is_error_declaration=bool(told.get("errorDeclaration")),
        transactions=listed("bizTransactionList", "bizTransaction"),
        sources=listed("sourceList", "source"),
        destinations=listed("destinationList", "destination"),
    )
    lines = _Lines(source, line)
    for name in _PIECES:
        for one in _all(told.get(name)):
            if (epc := _words(one)) is not None:
                found.items.append(Item(epc, lines.of(epc)))
    for name in _CLASSES:
        for one in _all(told.get(name)):
            if isinstance(one, dict) and (epc := _words(one.get("epcClass"))) is not None:
                quantity = _words(one.get("quantity"))
                found.items.append(Item(epc, lines.of(epc), quantity, _words(one.get("uom"))))
    return found


class _Lines:
    """On which line of the file each code of an event stands; codes come in their order."""

    def __init__(self, source: str, line: int) -> None:
        self._source = source
        self._line = line
        self._at = 0

    def of(self, code: str) -> int:
        place = self._source.find(f'"{code}"', self._at)
        if place >= 0:
            self._line += self._source.count("\n", self._at, place)
            self._at = place
        # One written with escapes is not found: the line of the one before will do.
        return self._line


def _words(told: Any) -> str | None:
    """A text or number; None for anything else. Half a character (\\ud800) becomes a ?."""
    if not isinstance(told, str):
        return None
    return told.encode("utf-8", "replace").decode().strip() or None


def _all(told: Any) -> list[Any]:
    """A list, also where JSON-LD leaves the brackets away for one."""
    return told if isinstance(told, list) else [] if told is None else [told]


def _place(told: Any) -> str | None:
    return _words(told.get("id") or told.get("@id")) if isinstance(told, dict) else _words(told)
