"""Events of an EPCIS document in XML, 1.x and 2.0; 1.x keeps newer parts in extensions."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pipelines.ingest.readers.epcis.events import Event, Item, term
from pipelines.ingest.readers.xml_stream import Element, read_elements
from pipelines.settings import Settings

KINDS = (
    "ObjectEvent",
    "AggregationEvent",
    "TransactionEvent",
    "TransformationEvent",
    "AssociationEvent",
    "QuantityEvent",
)
_ROOTS = ("EPCISDocument", "EPCISQueryDocument")
_PIECES = ("epcList", "childEPCs", "inputEPCList", "outputEPCList")
_CLASSES = ("quantityList", "childQuantityList", "inputQuantityList", "outputQuantityList")
_WRAPPERS = ("extension", "baseExtension")


def read(path: Path, settings: Settings, encoding: str | None) -> Iterator[Event]:
    """The events of the file. Raises Refused."""
    for element in read_elements(path, KINDS, settings, roots=_ROOTS, encoding=encoding):
        yield _event(element)


def _event(element: Element) -> Event:
    holders = [element, *_wrapped(element)]

    def first(*path: str) -> str | None:
        return next((text for one in holders if (text := one.value(*path)) is not None), None)

    def listed(name: str, part: str) -> list[tuple[str, str]]:
        return [
            (term(one.attribute("type")) or "", one.text)
            for holder in holders
            for group in holder.all(name)
            for one in group.all(part)
            if one.text is not None
        ]

    found = Event(
        line=element.line,
        kind=element.name,
        time=first("eventTime"),
        offset=first("eventTimeZoneOffset"),
        given_id=first("eventID"),
        action=first("action"),
        step=term(first("bizStep")),
        disposition=term(first("disposition")),
        read_point=first("readPoint", "id"),
        location=first("bizLocation", "id"),
        is_error_declaration=any(one.first("errorDeclaration") is not None for one in holders),
        transactions=listed("bizTransactionList", "bizTransaction"),
        sources=listed("sourceList", "source"),
        destinations=listed("destinationList", "destination"),
    )
    for holder in holders:
        for name in _PIECES:
            for group in holder.all(name):
                found.items += [
                    Item(one.text, one.line) for one in group.all("epc") if one.text is not None
                ]
        for name in _CLASSES:
            for group in holder.all(name):
                found.items += [
                    Item(told, one.line, one.value("quantity"), one.value("uom"))
                    for one in group.all("quantityElement")
                    if (told := one.value("epcClass")) is not None
                ]
    return found


def _wrapped(element: Element) -> Iterator[Element]:
    for name in _WRAPPERS:
        for wrapper in element.all(name):
            yield wrapper
            yield from _wrapped(wrapper)
