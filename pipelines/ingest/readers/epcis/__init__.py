"""GS1 EPCIS (XML 1.x and 2.0, JSON-LD 2.0): counts and movements, a row for each piece.

The mapping's `records` says which events are wanted:

    counts       cycle_counting and stock_taking: a row for each piece seen
    movements    shipping, void_shipping and receiving: a row for each piece moved

A row has the event's words (bizStep, disposition …), the piece as GTIN and serial, its places as
GLN and extension, the moment in UTC and the day where it happened. An event that a later one
declares to be an error is left out; a declaration about an event of another file is set aside, as
the file that was taken in before cannot be changed from here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pipelines.ingest.mapping.model import Mapping
from pipelines.ingest.readers import CheckHeader, Chunk, Refused
from pipelines.ingest.readers.chunking import Rows
from pipelines.ingest.readers.epcis import json_events, xml_events
from pipelines.ingest.readers.epcis.epc import Code, NoCode, Place, code, place
from pipelines.ingest.readers.epcis.events import Event, Item
from pipelines.ingest.readers.streams import open_stream
from pipelines.ingest.readers.xml_stream import declared_over, mentions
from pipelines.settings import Settings

COLUMNS = (
    "eventType",
    "eventID",
    "eventTime",
    "eventDate",
    "action",
    "bizStep",
    "disposition",
    "readPoint",
    "readPointGLN",
    "readPointExtension",
    "bizLocation",
    "bizLocationGLN",
    "bizLocationExtension",
    "store",
    "zone",
    "sourceLocation",
    "destinationLocation",
    "otherLocation",
    "transaction",
    "desadv",
    "po",
    "inv",
    "epc",
    "scheme",
    "gtin",
    "serial",
    "lot",
    "quantity",
    "signedQuantity",
    "uom",
    "itemNumber",
    "transactionItemNumber",
)

STEPS = {
    "counts": ("cycle_counting", "stock_taking"),
    "movements": ("shipping", "void_shipping", "receiving"),
}
# Stock that leaves the place is negative.
_LEAVES = {"shipping"}
# More declarations than this are no file of corrections.
_MOST_DECLARATIONS = 200_000
# A unit of measure stands with weights and lengths; these two say pieces (UN/ECE Rec. 20).
_PIECES = ("EA", "H87")
_LOCATIONS = ("location", "possessing_party", "owning_party")


def read(
    path: Path, mapping: Mapping, settings: Settings, check_header: CheckHeader
) -> Iterator[Chunk]:
    """Chunks of the EPCIS document at `path`, plain or gzip. Raises Refused."""
    rows = Rows(COLUMNS)
    check_header(rows.columns)
    yield from rows.chunks(ended=True)
    steps = STEPS[mapping.records or ""]
    taken_back = _TakenBack.of(path, mapping, settings)
    taker = _Taker(rows, steps, taken_back)
    for event in _events(path, mapping, settings):
        taker.take(event)
        yield from rows.chunks()
    taker.end()
    yield from rows.chunks(ended=True)


def _events(path: Path, mapping: Mapping, settings: Settings) -> Iterator[Event]:
    stream = open_stream(path, settings.max_expansion)
    try:
        start = stream.read(64)
    finally:
        stream.close()
    if start.lstrip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n").startswith((b"{", b"[")):
        return json_events.read(path, settings)
    return xml_events.read(path, settings, declared_over(mapping))


@dataclass
class _TakenBack:
    """The events that are declared to be errors, by their id: the line that says so."""

    lines: dict[str, int] = field(default_factory=dict)
    steps: dict[str, str | None] = field(default_factory=dict)
    met: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, path: Path, mapping: Mapping, settings: Settings) -> _TakenBack:
        """A first reading, only of files that have declarations: they may stand before or after."""
        found = cls()
        if mentions(path, "errorDeclaration", settings):
            for event in _events(path, mapping, settings):
                if event.is_error_declaration:
                    for name in {event.id, event.content_id}:
                        found.lines[name] = event.line
                        found.steps[name] = event.step
                if len(found.lines) > _MOST_DECLARATIONS:
                    raise Refused(
                        f"it has more than {_MOST_DECLARATIONS // 2:,} error declarations: this is "
                        "no export"
                    )
        return found

    def holds(self, event: Event) -> bool:
        """Whether an event is taken back; by its own id where it has one, else by its content."""
        if event.id not in self.lines:
            return False
        self.met.add(event.id)
        return True


class _Taker:
    """Turns events into rows."""

    def __init__(self, rows: Rows, steps: tuple[str, ...], taken_back: _TakenBack) -> None:
        self._rows = rows
        self._steps = steps
        self._taken_back = taken_back
        self._numbers: Counter[str] = Counter()
        self._seen: dict[str, str] = {}
        # Of each declaration: its line, what it repeats of its event, and the ids of that.
        self._declared: list[tuple[int, str, int, str, str]] = []

    def take(self, event: Event) -> None:
        """Every piece of an event: a row, set aside, or skipped with its reason."""
        pieces = max(len(event.items), 1)
        if event.step not in self._steps:
            self._rows.skip(f"other step: {event.step or 'none'}", pieces)
        elif event.is_error_declaration:
            self._declared.append((event.line, _named(event), pieces, event.id, event.content_id))
        elif self._taken_back.holds(event):
            self._rows.skip("taken back by an error declaration", pieces)
        elif event.action == "DELETE":
            # What is taken out of the world is neither seen nor moved.
            self._rows.skip("action DELETE: the pieces ceased to be", pieces)
        elif not event.items:
            self._rows.skip("event without pieces")
        elif (before := self._seen.get(event.id)) is None:
            self._seen[event.id] = event.content_id
            self._add(event)
        elif before == event.content_id:
            self._rows.skip("event told twice", pieces)
        else:
            self._rows.set_aside(
                event.line,
                "event id",
                "each eventID once; this one was given to another event before",
                event.id,
            )

    def end(self) -> None:
        """Declarations whose event is not in this file are set aside, once each."""
        for line, event, pieces, name, content in self._declared:
            if {name, content} & self._taken_back.met:
                self._rows.skip("error declaration: takes an event back", pieces)
                continue
            self._rows.set_aside(
                line,
                "error declaration",
                f"what it takes back in the same file. {event[:400]}, came in another file and "
                "counts there until that file is exported again, under its old name, with this "
                "declaration in it",
                name,
            )

    def _add(self, event: Event) -> None:
        try:
            told = _told(event)
        except NoCode as fault:
            for item in event.items:
                self._rows.set_aside(item.line, "location", str(fault), event.read_point)
            return
        document = told["transaction"] or event.id
        for number, item in enumerate(event.items, 1):
            try:
                found = code(item.epc)
            except NoCode as fault:
                self._rows.set_aside(item.line, "code", str(fault), item.epc[:200])
                continue
            if item.unit is not None and item.unit not in _PIECES:
                self._rows.set_aside(
                    item.line,
                    "unit",
                    "a number of pieces, without uom; weights and lengths are no pieces",
                    f"{item.quantity} {item.unit}"[:200],
                )
                continue
            self._numbers[document] += 1
            row = told | _piece(item, found, event)
            row["itemNumber"] = str(number)
            row["transactionItemNumber"] = str(self._numbers[document])
            self._rows.add(row, item.line)


def _named(event: Event) -> str:
    """An event in words: a declaration repeats what it takes back."""
    count = event.transaction("desadv", "po", "recadv", "inv", "bol") or next(
        (value for _, value in event.transactions), None
    )
    return (
        f"The {(event.step or 'event').replace('_', ' ')} of {event.time or 'an unknown time'}"
        f"{f' ({count})' if count else ''} at {event.location or event.read_point or 'no place'}"
    )


def _told(event: Event) -> dict[str, str | None]:
    """What holds for every piece of the event. Raises NoCode."""
    moment = event.moment
    at, where = _place(event.read_point), _place(event.location)
    source, destination = _party(event.sources), _party(event.destinations)
    # Goods under way have no business location: where they were read is where they left.
    store = where or at
    transaction = event.transaction("desadv", "po", "recadv", "inv", "bol")
    return {
        "eventType": event.kind,
        "eventID": event.id,
        "eventTime": f"{moment:%Y-%m-%dT%H:%M:%S.%f}Z" if moment is not None else event.time,
        "eventDate": event.day,
        "action": event.action,
        "bizStep": event.step,
        "disposition": event.disposition,
        **_placed("readPoint", at),
        **_placed("bizLocation", where),
        "store": store.name if store is not None else None,
        "zone": at.extension if at is not None else None,
        "sourceLocation": source.name if source is not None else None,
        "destinationLocation": destination.name if destination is not None else None,
        "otherLocation": _other(event, source, destination),
        "transaction": transaction or next((value for _, value in event.transactions), None),
        "desadv": event.transaction("desadv"),
        "po": event.transaction("po"),
        "inv": event.transaction("inv"),
    }


def _place(uri: str | None) -> Place | None:
    return place(uri) if uri is not None else None


def _placed(name: str, found: Place | None) -> dict[str, str | None]:
    if found is None:
        return {}
    return {
        name: found.uri,
        f"{name}GLN": found.gln,
        f"{name}Extension": found.extension,
    }


def _party(told: list[tuple[str, str]]) -> Place | None:
    for wanted in _LOCATIONS:
        for kind, uri in told:
            if kind == wanted:
                return place(uri)
    return None


def _other(event: Event, source: Place | None, destination: Place | None) -> str | None:
    """The other end: where a shipment goes to, where what is received comes from."""
    other = source if event.step == "receiving" else destination
    return other.name if other is not None else None


def _piece(item: Item, found: Code, event: Event) -> dict[str, str | None]:
    quantity = item.quantity if item.quantity is not None else "1"
    leaves = event.step in _LEAVES and not quantity.startswith("-")
    return {
        "epc": item.epc,
        "scheme": found.scheme,
        "gtin": found.gtin,
        "serial": found.serial,
        "lot": found.lot,
        "quantity": quantity,
        "signedQuantity": f"-{quantity}" if leaves else quantity,
        "uom": item.unit,
    }
