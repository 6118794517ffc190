"""How receipts were paid: a row for each tender line, signed, with the change given for it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from pipelines.ingest.readers.chunking import Rows
from pipelines.ingest.readers.poslog.amounts import ZERO, number, signed, unread, written
from pipelines.ingest.readers.poslog.placing import is_rounding
from pipelines.ingest.readers.poslog.sold import SOLD
from pipelines.ingest.readers.poslog.transactions import HEADER, Line, Transaction, moment
from pipelines.ingest.readers.xml_stream import Element

COLUMNS = (
    *HEADER,
    "line_number",
    "TenderType",
    "TypeCode",
    "TenderID",
    "TenderDescription",
    "tender_amount",
    "change_amount",
    "ForeignAmount",
    "ForeignCurrency",
    "AuthorizationCode",
    "CardType",
    "card_last_four",
    "InstrumentNumber",
    "InstrumentIssuer",
    "FaceAmount",
    "PayerName",
    "PayerDocumentNumber",
)

_CASH = "Cash"
_BACK = ("refund", "return", "payout", "disbursement")
_LAST_FOUR = re.compile(r"(\d{4})\s*\Z")


@dataclass
class _Tender:
    line: Line
    body: Element
    amount: Decimal | None
    change: Decimal | None
    # Change that is no number: shown as it stands, the line is set aside for it.
    unread: str | None = None

    @property
    def is_cash(self) -> bool:
        return (self.body.attribute("TenderType") or "").lower() == _CASH.lower()

    def give_change(self, amount: Decimal) -> None:
        """Change for a payment is handed out; for a refund the client hands it in."""
        if self.amount is not None and self.amount < 0:
            self.amount += abs(amount)
        else:
            self.change = (self.change or ZERO) + abs(amount)


class Tenders:
    """Turns transactions into rows of tender lines."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def take(self, transaction: Transaction) -> None:
        """Every LineItem of a receipt: a row or skipped with its reason."""
        lines = transaction.lines
        if not lines:
            self._rows.skip("receipt without lines")
            return
        tenders: list[_Tender] = []
        changes: list[Line] = []
        # Whether a receipt counts is told by its sold lines: a broken-off one without any would
        # look like money taken.
        is_nothing = transaction.status != "completed" and not any(
            line.kind in SOLD for line in lines
        )
        for line in lines:
            if line.kind not in ("Tender", "TenderChange"):
                self._rows.skip("no tender line")
            elif is_nothing:
                self._rows.skip(f"tender line of a {transaction.status} receipt that sold nothing")
            elif line.is_voided:
                self._rows.skip("voided tender line")
            elif is_rounding(line):
                self._rows.skip("cash rounding: read with the sold lines")
            elif line.kind == "TenderChange":
                changes.append(line)
            else:
                tenders.append(_tender(line))
        for line in changes:
            target = _paid_with(tenders)
            amount = number(_change_amount(line.body))
            if target is None and _is_handed_in(transaction, tenders, amount):
                target = _paid_back_with(tenders)
            if target is None or amount is None:
                told = {**transaction.header, "line_number": line.number, "TenderType": _CASH}
                told |= {"tender_amount": "0", "change_amount": _change_amount(line.body)}
                self._rows.add(told, line.at)
                continue
            target.give_change(amount)
            self._rows.skip("change line: its amount stands on the tender it was given for")
        for tender in tenders:
            self._rows.add(_row(transaction, tender), tender.line.at)


def _tender(line: Line) -> _Tender:
    body = line.body
    assert body is not None
    amount = number(body.value("Amount"))
    code = (body.attribute("TypeCode") or "").lower()
    if amount is not None:
        amount = signed(amount, any(word in code for word in _BACK))
    told = _Tender(line, body, amount, None)
    for given in (body.first("TenderChange"), body.first("Cashback")):
        text = _change_amount(given)
        told.unread = told.unread or unread(text)
        if (found := number(text)) is not None:
            told.give_change(found)
    return told


def _paid_with(tenders: list[_Tender]) -> _Tender | None:
    """Which tender change was given for: the last cash, else the last one of all."""
    paid = [one for one in tenders if one.amount is not None and one.amount > 0]
    cash = [one for one in paid if one.is_cash]
    return (cash or paid)[-1] if paid else None


def _paid_back_with(tenders: list[_Tender]) -> _Tender | None:
    """Which refund change was handed in for: the last cash, else the last one of all."""
    back = [one for one in tenders if one.amount is not None and one.amount < 0]
    cash = [one for one in back if one.is_cash]
    return (cash or back)[-1] if back else None


def _is_handed_in(transaction: Transaction, tenders: list[_Tender], change: Decimal | None) -> bool:
    """Whether change beside nothing but refunds came from the client.

    A drawer without small notes pays 150 back and takes 30 in; an exchange may also pay its rest
    as change. The receipt's own total tells; without one it counts as paid out.
    """
    total = transaction.total("TransactionGrandAmount", "TransactionGrossAmount")
    told = number(total.text) if total is not None else None
    if told is None or change is None:
        return False
    back = sum((one.amount for one in tenders if one.amount is not None), ZERO)
    return abs(back + abs(change) - told) < abs(back - abs(change) - told)


def _change_amount(element: Element | None) -> str | None:
    """Change is an amount, an element with one, or (version 6) one such within another."""
    if element is None:
        return None
    inner = element.first("TenderChange")
    return element.text or element.value("Amount") or (inner.value("Amount") if inner else None)


def _row(transaction: Transaction, tender: _Tender) -> dict[str, str | None]:
    body = tender.body
    foreign = body.first("ForeignCurrency")
    card = body.first("CreditDebit")
    slip = next((one for name in _INSTRUMENTS if (one := body.first(name)) is not None), None)
    authorization = body.first("Authorization")
    payer = body.first("Payer")
    # Some write a time with each line: that is when it was paid.
    at = moment(tender.line.element.first("EndDateTime")) or transaction.header["at"]
    return {
        **transaction.header,
        "at": at,
        "line_number": tender.line.number,
        "TenderType": body.attribute("TenderType"),
        "TypeCode": body.attribute("TypeCode"),
        "TenderID": body.value("TenderID"),
        "TenderDescription": body.attribute("TenderDescription") or body.value("TenderDescription"),
        "tender_amount": written(tender.amount) or body.value("Amount"),
        "change_amount": tender.unread or written(tender.change),
        "ForeignAmount": _first(foreign, "OriginalFaceAmount", "Amount", "ForeignAmount"),
        "ForeignCurrency": _first(foreign, "CurrencyCode"),
        "AuthorizationCode": _first(authorization, "AuthorizationCode")
        or body.value("AuthorizationCode"),
        "CardType": (card.attribute("CardType") if card is not None else None),
        "card_last_four": _last_four(body, card),
        "InstrumentNumber": _first(
            slip, "CheckNumber", "SerialNumber", "InstrumentNumber", "GiftCertificateID", "Number"
        ),
        "InstrumentIssuer": _first(slip, "BankID", "IssuerName", "BankName", "IssuingBank"),
        "FaceAmount": _first(slip, "FaceValueAmount", "FaceAmount"),
        "PayerName": _first(payer, "Name", "OfficialName"),
        "PayerDocumentNumber": _first(payer, "PersonalIDReferenceNumber", "IDNumber")
        or _first(slip, "PersonalIDReferenceNumber"),
    }


_INSTRUMENTS = (
    "Check", "TravelersCheck", "MoneyOrder", "BankDraft", "Voucher", "GiftCertificate", "GiftCard",
)  # fmt: skip


def _first(element: Element | None, *names: str) -> str | None:
    if element is None:
        return None
    return next((text for name in names if (text := element.value(name)) is not None), None)


def _last_four(body: Element, card: Element | None) -> str | None:
    """The last four digits of the card; the rest of a number never leaves this function."""
    for holder in (card, body):
        told = _first(holder, "PrimaryAccountNumber", "AccountNumber", "CardNumber", "PAN")
        if told is not None and (found := _LAST_FOUR.search(told)):
            return found[1]
    return None
