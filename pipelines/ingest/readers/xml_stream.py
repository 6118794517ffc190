"""XML as a stream of whole elements: one record at a time, whatever the size of the file.

Expat is given blocks; only the element being read is in memory. What an attacker needs is refused
before it can do harm: a document type that declares anything (entities, external references), too
deep, too long or too large elements. A file that ends early is refused as a whole.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.parsers import expat

from pipelines.ingest.mapping.model import Mapping
from pipelines.ingest.mapping.strict import AUTO
from pipelines.ingest.readers import Refused
from pipelines.ingest.readers.streams import Stream, open_stream
from pipelines.settings import Settings

_BLOCK_BYTES = 64 << 10
_SEPARATOR = " "
_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_NOTHING: dict[str, str] = {}

DECLARES = (
    "it declares a document type with entities or outside references: these are never read. Export "
    "it without <!DOCTYPE …>"
)


@dataclass(frozen=True)
class Bounds:
    """How large the parts of a file may be; no register and no scanner comes near."""

    depth: int = 64
    # Elements within one record: an RFID count of a whole store is one record.
    parts: int = 300_000
    attributes: int = 200
    # Characters of one text.
    text: int = 1_000_000
    # Bytes of one tag, comment or instruction.
    token: int = 2_000_000


@dataclass(slots=True)
class Element:
    """An element and what is in it. Names are local: vendors differ in prefixes only."""

    name: str
    space: str
    line: int
    attributes: dict[str, str]
    children: list[Element]
    content: str = ""

    @property
    def text(self) -> str | None:
        """The text, without space around it; None when there is none."""
        return self.content.strip() or None

    def all(self, name: str) -> Iterator[Element]:
        """The children called `name`."""
        return (child for child in self.children if child.name == name)

    def first(self, *path: str) -> Element | None:
        """The first element at the end of `path`, child by child."""
        found: Element | None = self
        for name in path:
            if found is None:
                return None
            found = next(found.all(name), None)
        return found

    def within(self, name: str) -> Iterator[Element]:
        """All elements called `name`, however deep, in their order."""
        for child in self.children:
            if child.name == name:
                yield child
            yield from child.within(name)

    def value(self, *path: str) -> str | None:
        """The text at the end of `path`."""
        found = self.first(*path)
        return found.text if found is not None else None

    def attribute(self, name: str) -> str | None:
        """An attribute's value, None when it is empty."""
        return self.attributes.get(name, "").strip() or None


def read_elements(
    path: Path,
    names: Collection[str],
    settings: Settings,
    *,
    roots: Collection[str] = (),
    encoding: str | None = None,
    bounds: Bounds | None = None,
) -> Iterator[Element]:
    """The outermost elements called one of `names`, each whole, of a file plain or gzip.

    `roots`: at least one element so called must surround them, else the file is of another kind.
    Raises Refused.
    """
    stream = open_stream(path, settings.max_expansion)
    try:
        yield from stream_elements(stream, names, roots=roots, encoding=encoding, bounds=bounds)
    finally:
        stream.close()


def stream_elements(
    stream: Stream,
    names: Collection[str],
    *,
    roots: Collection[str] = (),
    encoding: str | None = None,
    bounds: Bounds | None = None,
) -> Iterator[Element]:
    """As `read_elements`, of a stream of bytes. Raises Refused."""
    collector = _Collector(frozenset(names), frozenset(roots), bounds or Bounds())
    parser = _parser(collector, encoding)
    block = stream.read(_BLOCK_BYTES)
    _refuse_other(block)
    given = 0
    while True:
        given += len(block)
        try:
            parser.Parse(block, not block)
        except expat.ExpatError as fault:
            raise _not_well_formed(fault) from fault
        except (LookupError, ValueError) as fault:
            raise Refused(
                "the encoding it declares (<?xml … encoding=…?>) is not known: have it exported "
                "as UTF-8"
            ) from fault
        if given - parser.CurrentByteIndex > collector.bounds.token:
            raise Refused(
                f"line {parser.CurrentLineNumber}: a tag or comment of more than "
                f"{collector.bounds.token:,} bytes: this is no export"
            )
        yield from collector.taken()
        if not block:
            break
        block = stream.read(_BLOCK_BYTES)
    if roots and not collector.is_inside_root:
        raise Refused(
            f"its first element is {collector.first[:60]}: expected {' or '.join(sorted(roots))}"
        )


def declared_over(mapping: Mapping) -> str | None:
    """The encoding a mapping insists on; without one a file's own declaration holds."""
    told = mapping.encoding if "encoding" in mapping.model_fields_set else AUTO
    return told if told != AUTO else None


def mentions(path: Path, word: str, settings: Settings) -> bool:
    """Whether the bytes hold `word`, in any encoding that XML or JSON is written in.

    A cheap look that saves a second reading of nearly every file.
    """
    wanted = [word.encode(code) for code in ("utf-8", "utf-16-le", "utf-16-be")]
    keep = max(map(len, wanted)) - 1
    stream = open_stream(path, settings.max_expansion)
    try:
        tail = b""
        while block := stream.read(1 << 20):
            if any(one in tail or one in block for one in wanted):
                return True
            seam = tail + block[:keep]
            if any(one in seam for one in wanted):
                return True
            tail = block[-keep:]
        return False
    finally:
        stream.close()


class _Collector:
    """What expat calls; holds no more than the record being read and those just finished."""

    def __init__(self, names: frozenset[str], roots: frozenset[str], bounds: Bounds) -> None:
        self.bounds = bounds
        self.first = ""
        self.is_inside_root = False
        self.line_of: Callable[[], int] = lambda: 0
        self._names = names
        self._roots = roots
        self._depth = 0
        self._open: list[Element] = []
        self._parts = 0
        self._done: list[Element] = []

    def taken(self) -> list[Element]:
        done, self._done = self._done, []
        return done

    def start(self, full: str, attributes: list[str]) -> None:
        self._depth += 1
        if self._depth > self.bounds.depth:
            raise self._beyond(f"elements nested more than {self.bounds.depth} deep")
        space, _, name = full.rpartition(_SEPARATOR)
        if not self._open:
            if self._depth == 1:
                self.first = name
            if name in self._roots:
                self.is_inside_root = True
            if name not in self._names:
                return
        self._parts += 1
        if self._parts > self.bounds.parts:
            raise self._beyond(f"{self._open[0].name} has more than {self.bounds.parts:,} parts")
        if len(attributes) > 2 * self.bounds.attributes:
            raise self._beyond(f"an element with more than {self.bounds.attributes} attributes")
        told = _plain(attributes) if attributes else _NOTHING
        element = Element(name, space, self.line_of(), told, [])
        if self._open:
            self._open[-1].children.append(element)
        self._open.append(element)

    def end(self, full: str) -> None:
        self._depth -= 1
        if not self._open:
            return
        element = self._open.pop()
        if not self._open:
            self._done.append(element)
            self._parts = 0

    def characters(self, text: str) -> None:
        if not self._open:
            return
        element = self._open[-1]
        element.content += text
        if len(element.content) > self.bounds.text:
            raise self._beyond(f"a text of more than {self.bounds.text:,} characters")

    def doctype(self, name: str, system: str | None, public: str | None, subset: int) -> None:
        # A bare <!DOCTYPE name> declares nothing; GS1's own samples have one.
        if system is not None or public is not None or subset:
            raise Refused(DECLARES)

    def entity(self, *_: object) -> None:
        raise Refused(DECLARES)

    def outside(self, *_: object) -> int:
        raise Refused(DECLARES)

    def _beyond(self, what: str) -> Refused:
        return Refused(f"line {self.line_of()}: {what}: this is no export")


def _parser(collector: _Collector, encoding: str | None) -> expat.XMLParserType:
    try:
        parser = expat.ParserCreate(encoding, _SEPARATOR)
    except (LookupError, ValueError) as fault:
        raise Refused(f"its mapping says encoding: {encoding}, which XML cannot have") from fault
    parser.buffer_text = True
    parser.buffer_size = _BLOCK_BYTES
    parser.ordered_attributes = True
    parser.StartElementHandler = collector.start
    parser.EndElementHandler = collector.end
    parser.CharacterDataHandler = collector.characters
    parser.StartDoctypeDeclHandler = collector.doctype
    parser.EntityDeclHandler = collector.entity
    parser.ExternalEntityRefHandler = collector.outside
    parser.SkippedEntityHandler = collector.entity
    collector.line_of = lambda: parser.CurrentLineNumber
    return parser


def _plain(pairs: list[str]) -> dict[str, str]:
    """Attributes by local name; one without a prefix goes before a vendor's of the same name."""
    found: dict[str, str] = {}
    for full, value in zip(pairs[::2], pairs[1::2], strict=True):
        space, _, name = full.rpartition(_SEPARATOR)
        if not space or name not in found:
            found[name] = value
    return found


def _refuse_other(start: bytes) -> None:
    if not start:
        raise Refused("it is empty: have it sent again")
    plain = start
    for mark in _MARKS:
        plain = plain.removeprefix(mark)
    plain = plain.lstrip(b" \t\r\n\0")
    if not plain.startswith(b"<"):
        raise Refused("it is no XML: it does not begin with <")


def _not_well_formed(fault: expat.ExpatError) -> Refused:
    where = f"line {fault.lineno}, column {fault.offset + 1}"
    words = expat.ErrorString(fault.code)
    if fault.code == expat.errors.codes[expat.errors.XML_ERROR_NO_ELEMENTS]:
        return Refused(f"{where}: it ends in the middle: have it sent again")
    if fault.code in (
        expat.errors.codes[expat.errors.XML_ERROR_UNCLOSED_TOKEN],
        expat.errors.codes[expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION],
    ):
        return Refused(f"{where}: it ends in the middle of an element: have it sent again")
    if fault.code == expat.errors.codes[expat.errors.XML_ERROR_UNDEFINED_ENTITY]:
        return Refused(
            f"{where}: it uses an entity (&…;) that XML itself does not have; such are never read: "
            "have it exported without"
        )
    return Refused(f"{where}: it is damaged XML ({words}): have it sent again")
