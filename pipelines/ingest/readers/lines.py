"""A text file line by line, numbered from 1, whatever its encoding and its line ends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from pipelines.ingest.mapping.model import Mapping
from pipelines.ingest.readers import BadLine, Refused
from pipelines.ingest.readers.streams import Transcoded, open_stream
from pipelines.settings import Settings

_BLOCK = 1 << 20
_RAW_CHARACTERS = 2_000
_LOST = "\ufffd"
_ANOTHER = "text in the encoding of its mapping; encoding: auto finds it out"


@dataclass(frozen=True)
class TextLine:
    """One line; `fault` says why it cannot be read, if so."""

    number: int
    text: str
    fault: BadLine | None = None


def text_lines(path: Path, mapping: Mapping, settings: Settings) -> Iterator[TextLine]:
    """The lines of the file in the encoding of the mapping. Raises Refused on endless ones."""
    stream = open_stream(path, settings.max_expansion)
    if mapping.encoding != "utf-8":
        stream = Transcoded(stream, mapping.encoding)
    with closing(stream):
        number = 0
        rest = stream.read(_BLOCK).removeprefix(b"\xef\xbb\xbf")
        only_returns = b"\n" not in rest and b"\r" in rest
        while True:
            if only_returns:
                rest = rest.replace(b"\r", b"\n")
            *whole, rest = rest.split(b"\n")
            for raw in whole:
                number += 1
                yield _line(number, raw, settings)
            if len(rest) > settings.max_line_bytes:
                raise too_long(number + 1, settings)
            piece = stream.read(_BLOCK)
            if not piece:
                break
            rest += piece
        if rest:
            yield _line(number + 1, rest, settings)


def _line(number: int, raw: bytes, settings: Settings) -> TextLine:
    if len(raw) > settings.max_line_bytes:
        raise too_long(number, settings)
    raw = raw.removesuffix(b"\r")
    text = raw.decode("utf-8", errors="replace")
    if _LOST in text:
        return TextLine(number, text, bad_line(number, "encoding", _ANOTHER, text))
    if "\0" in text:
        return TextLine(number, text, bad_line(number, "readable text", "no zero bytes", text))
    return TextLine(number, text)


def bad_line(number: int, rule: str, expected: str, text: str, value: str | None = None) -> BadLine:
    """A line set aside, its text cut to a length that can be shown."""
    return BadLine(number, rule, expected, value=value, raw=text[:_RAW_CHARACTERS])


def too_long(number: int, settings: Settings) -> Refused:
    """Why a file without line ends is refused."""
    return Refused(
        f"line {number} is longer than {settings.max_line_bytes:,} bytes: this is no line of an "
        "export. Is the file written without line ends?"
    )
