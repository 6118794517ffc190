"""A POSLog transaction as its dialects write it: header, body, lines, status, links.

Version 2 has RetailStoreID and its header first; version 6 has BusinessUnit/UnitID and may put
BusinessDayDate behind the body. Names are taken without their prefixes: vendors add their own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from pipelines.ingest.readers.xml_stream import Element

Key = tuple[str | None, str | None, str | None, str | None]

RETAIL = "RetailTransaction"
POST_VOID = "PostVoidTransaction"

HEADER = (
    "RetailStoreID",
    "WorkstationID",
    "TillID",
    "SequenceNumber",
    "TransactionID",
    "BusinessDayDate",
    "BeginDateTime",
    "EndDateTime",
    "ReceiptDateTime",
    "ReceiptNumber",
    "ReceiptSeries",
    "ChannelID",
    "OperatorID",
    "CurrencyCode",
    "CustomerID",
    "LoyaltyID",
    "transaction_kind",
    "status",
    "at",
)

# Beside the header, a transaction has one body: what kind it is.
_BODY = re.compile(r"\w*Transaction\Z|BusinessEOD\Z|BusinessSOD\Z")
_NO_BODY = {"OriginalTransaction", "FoodServiceTransaction"}
_DATE = re.compile(
    r"(\d{4}-\d{2}-\d{2})(?:Z|[+-]\d{2}:\d{2}|T00:00:00(?:\.0+)?(?:Z|[+-]\d\d:\d\d)?)?\Z"
)
_OFFSET = re.compile(r"([+-]?)(\d{2}:\d{2})(?::00)?\Z")
_ZONED = re.compile(r"(?:Z|[+-]\d{2}:?\d{2})\Z")
# What stands in a LineItem beside its body.
_BESIDE_BODY = {
    "SequenceNumber", "BeginDateTime", "EndDateTime", "ScanData", "ItemLink", "CreateNumber",
    "CreateRefNumber", "OperatorBypassApproval", "CreateInfo", "EntryMethod", "Association",
    "Authorization", "Associate", "RepairID",
}  # fmt: skip
_STRUCK = ("VoidFlag", "CancelFlag")
_BESIDE_CONTROL = {"ReasonCode", "TypeCode", "OperatorBypassApproval", "Totals"}


@dataclass(frozen=True)
class Line:
    """A LineItem: `kind` is the name of its body (Sale, Return, Tender …)."""

    element: Element
    number: str | None
    body: Element | None
    is_voided: bool

    @property
    def kind(self) -> str:
        return self.body.name if self.body is not None else "(empty)"

    @property
    def at(self) -> int:
        """The line of the file it starts on."""
        return self.element.line

    def value(self, *path: str) -> str | None:
        """The text at the end of `path` below the body."""
        return self.body.value(*path) if self.body is not None else None

    def either(self, *names: str) -> str | None:
        """The first of these elements that has a text."""
        return next((text for name in names if (text := self.value(name)) is not None), None)


@dataclass(frozen=True)
class Transaction:
    """One Transaction element. `post_voided` are the keys of transactions taken back later."""

    element: Element
    post_voided: frozenset[Key] = frozenset()

    @property
    def at(self) -> int:
        return self.element.line

    @cached_property
    def body(self) -> Element | None:
        found = [
            child
            for child in self.element.children
            if _BODY.match(child.name) and child.name not in _NO_BODY
        ]
        return next((one for one in found if one.name == RETAIL), found[0] if found else None)

    @property
    def kind(self) -> str:
        return self.body.name if self.body is not None else "(no body)"

    @property
    def detail(self) -> str:
        """What a control transaction is about: OperatorSignOn, NoSale, TenderPickup …"""
        if self.body is None:
            return ""
        named = (one.name for one in self.body.children if one.name not in _BESIDE_CONTROL)
        return next(named, None) or self.body.value("TypeCode") or ""

    @cached_property
    def key(self) -> Key:
        """What tells transactions apart (the alternate key of the ARTS model)."""
        return (
            _unit(self.element),
            self.element.value("WorkstationID"),
            _day(self.element),
            self.element.value("SequenceNumber"),
        )

    @cached_property
    def header(self) -> dict[str, str | None]:
        store, workstation, day, sequence = self.key
        body = self.body or self.element
        moments = {
            name: moment(self.element.first(name) or body.first(name))
            for name in ("BeginDateTime", "EndDateTime", "ReceiptDateTime")
        }
        return {
            "RetailStoreID": store,
            "WorkstationID": workstation,
            "TillID": self.element.value("TillID"),
            "SequenceNumber": sequence,
            "TransactionID": self.element.value("TransactionID"),
            "BusinessDayDate": day,
            **moments,
            "ReceiptNumber": self.element.value("ReceiptNumber") or body.value("ReceiptNumber"),
            "ReceiptSeries": self._receipt_series(),
            "ChannelID": self._told("SalesChannelID") or self._told("ChannelID") or None,
            "OperatorID": self.element.value("OperatorID") or body.value("OperatorID"),
            "CurrencyCode": self._currency(),
            "CustomerID": body.value("Customer", "CustomerID")
            or body.value("LoyaltyAccount", "CustomerID"),
            "LoyaltyID": self._loyalty(),
            "transaction_kind": self.kind,
            "status": self.status,
            # Some write UTC in one and local time in another: a zone goes before none.
            "at": moments["EndDateTime"] or moments["ReceiptDateTime"] or moments["BeginDateTime"],
        }

    @cached_property
    def status(self) -> str:
        """completed, voided, post_voided, suspended or training."""
        told = self._told("TransactionStatus").lower()
        if self._flag("TrainingModeFlag") or "training" in told:
            return "training"
        if "postvoid" in told or (self.kind == RETAIL and self.key in self.post_voided):
            return "post_voided"
        if self._flag("CancelFlag") or self._flag("VoidedFlag"):
            return "voided"
        if any(word in told for word in ("void", "cancel", "fail", "delet", "abort")):
            return "voided"
        if self._flag("SuspendedFlag") or "suspend" in told:
            return "suspended"
        return "completed"

    @cached_property
    def lines(self) -> list[Line]:
        """The LineItems in ring order, those struck out marked."""
        found = list(self.body.all("LineItem")) if self.body is not None else []
        numbered = any(one.value("SequenceNumber") is not None for one in found)
        numbers = [
            one.value("SequenceNumber") if numbered else str(at) for at, one in enumerate(found, 1)
        ]
        voided = _voided(found, numbers)
        return [
            Line(one, number, _line_body(one), at in voided)
            for at, (one, number) in enumerate(zip(found, numbers, strict=True))
        ]

    def total(self, *names: str) -> Element | None:
        """The Total of one of these types."""
        for name in names:
            for one in self.body.all("Total") if self.body is not None else ():
                if (one.attribute("TotalType") or "").rpartition(":")[2] == name:
                    return one
        return None

    def links(self) -> Iterator[Element]:
        """The transactions that this one as a whole refers to."""
        for holder in (self.body, self.element):
            if holder is not None:
                yield from holder.all("TransactionLink")

    @property
    def taken_back(self) -> list[Element]:
        """The receipts this one takes back after they were finished.

        Written as a PostVoidTransaction, or as a receipt whose status is PostVoided with a link
        whose reason is Voided: that one is the taking back, the linked one what was sold.
        """
        if self.kind == POST_VOID:
            return list(self.links()) if self.status == "completed" else []
        if self.status != "post_voided":
            return []
        return [
            link
            for link in self.links()
            if "void" in (link.attribute("ReasonCode") or link.value("ReasonCode") or "").lower()
        ]

    def key_of(self, link: Element) -> Key:
        """The key of a transaction referred to; what a link leaves out is as here."""
        store, workstation, day, _ = self.key
        return (
            _unit(link) or store,
            link.value("WorkstationID") or workstation,
            _day(link) or day,
            link.value("SequenceNumber"),
        )

    def _flag(self, name: str) -> bool:
        return self._told(name).lower() in ("true", "1", "yes")

    def _told(self, name: str) -> str:
        """An attribute or a child of the transaction or of its body."""
        for holder in (self.element, self.body):
            if (
                holder is not None
                and (text := holder.attribute(name) or holder.value(name)) is not None
            ):
                return text
        return ""

    def _receipt_series(self) -> str | None:
        number = self.element.first("ReceiptNumber")
        if number is None and self.body is not None:
            number = self.body.first("ReceiptNumber")
        return number.attribute("Series") if number is not None else None

    def _currency(self) -> str | None:
        told = self.element.value("CurrencyCode")
        if told is None and self.body is not None:
            held = (
                one.attribute("Currency") or one.attribute("CurrencyCode")
                for name in ("Amount", "ExtendedAmount", "Total")
                for one in self.body.within(name)
            )
            # XXX stands for no currency (ISO 4217): registers write it beside a zero.
            told = next((text for text in held if text not in (None, "XXX")), None)
        return told

    def _loyalty(self) -> str | None:
        """The membership scanned on the receipt: a token, no name."""
        for line in self.lines:
            if line.kind == "LoyaltyMembership" and not line.is_voided:
                return line.value("MembershipID") or line.value("LoyaltyID")
        return None


def _unit(element: Element) -> str | None:
    return (
        element.value("RetailStoreID")
        or element.value("BusinessUnit", "UnitID")
        or element.value("BusinessUnit")
    )


def _day(element: Element) -> str | None:
    """The business day; a zone behind it or a midnight says nothing more."""
    told = element.value("BusinessDayDate", "Date") or element.value("BusinessDayDate")
    found = _DATE.match(told or "")
    return found[1] if found else told


def moment(element: Element | None) -> str | None:
    """A time, with the offset that some write beside it."""
    if element is None or element.text is None:
        return None
    beside = _OFFSET.match(element.attribute("Offset") or "")
    if beside is None or _ZONED.search(element.text[10:]):
        return element.text
    return f"{element.text}{beside[1] or '+'}{beside[2]}"


def _line_body(line: Element) -> Element | None:
    return next((one for one in line.children if one.name not in _BESIDE_BODY), None)


def _voided(lines: list[Element], numbers: list[str | None]) -> set[int]:
    """Which lines are struck out.

    Some registers flag the line itself, with VoidFlag or CancelFlag; others ring a second line that
    refers to the first (seen: Wincor Nixdorf's ItemLink and CreateRefNumber), and then both count
    for nothing.
    """
    struck: set[int] = set()
    place = {number: at for at, number in enumerate(numbers) if number is not None}
    created = {text: at for at, one in enumerate(lines) if (text := one.value("CreateNumber"))}
    for at, one in enumerate(lines):
        if not any((one.attribute(name) or "").lower() in ("true", "1") for name in _STRUCK):
            continue
        struck.add(at)
        body = _line_body(one)
        told = _link(one) or (_link(body) if body is not None else None)
        other = place.get(told or "", created.get(one.value("CreateRefNumber") or "", at))
        # A link may also join a warranty to its piece: only an earlier line of the same kind.
        if other < at and body is not None and _line_kind(lines[other]) == body.name:
            struck.add(other)
    return struck


def _line_kind(line: Element) -> str | None:
    body = _line_body(line)
    return body.name if body is not None else None


def _link(element: Element) -> str | None:
    return (
        element.value("ItemLink")
        or element.value("ItemLink", "LineItemSequenceNumber")
        or element.value("ItemLink", "SequenceNumber")
    )
