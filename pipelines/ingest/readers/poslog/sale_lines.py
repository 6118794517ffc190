"""What a receipt sells: a row for each sold or returned line, tax and discount on the line.

Registers write tax and rewards as lines of their own among the others; here they stand on the lines
they belong to, so that the lines of a receipt add up to what was paid.
"""

from __future__ import annotations

from decimal import Decimal

from pipelines.ingest.mapping.layout import Poslog
from pipelines.ingest.readers.chunking import Rows
from pipelines.ingest.readers.poslog.amounts import CENT, EXPECTED, ZERO, number, unread, written
from pipelines.ingest.readers.poslog.placing import (
    REWARD,
    ROUNDING,
    is_money,
    place_receipt_discounts,
    place_rewards,
    place_tax,
    roundings,
)
from pipelines.ingest.readers.poslog.plausible import Plausible
from pipelines.ingest.readers.poslog.sold import EXTENDED, SOLD, Sold, sold
from pipelines.ingest.readers.poslog.transactions import HEADER, Line, Transaction
from pipelines.ingest.readers.xml_stream import Element

COLUMNS = (
    *HEADER,
    "line_number",
    "line_kind",
    "EntryMethod",
    "is_voided",
    "ItemType",
    "ItemID",
    "POSItemID",
    "SerialNumber",
    "quantity",
    "RegularSalesUnitPrice",
    "ActualSalesUnitPrice",
    "ExtendedAmount",
    "regular_unit_price",
    "discount_amount",
    "discount_reason",
    "is_price_override",
    "net_amount",
    "tax_amount",
    "TaxExemptionID",
    "TaxExemptionReason",
    "AssociateID",
    "ReturnReason",
    "ShipToTerritory",
    "ShipToPostalCode",
    "ShipToCountry",
    "LinkRetailStoreID",
    "LinkWorkstationID",
    "LinkBusinessDayDate",
    "LinkSequenceNumber",
    "LinkTransactionID",
)

# Lines that sell nothing, and where their content went.
_ELSEWHERE = {
    "Tender": "tender line: read as a tender",
    "TenderChange": "change line: read with the tenders",
    "Tax": "tax line: its amount stands on the lines it taxes",
    "Discount": "discount on the whole receipt: its amount stands on the lines",
}
_ON_LINES = ("Tax", "Discount")
_PRICE = Decimal("0.0001")
_MONEY = ("Amount", "ExtendedAmount", "FaceValueAmount")


class SaleLines:
    """Turns transactions into rows of sold lines; `options` says what amounts mean."""

    def __init__(self, rows: Rows, options: Poslog, plausible: Plausible) -> None:
        self._rows = rows
        self._options = options
        self._plausible = plausible

    def take(self, transaction: Transaction) -> None:
        """Every LineItem of a receipt: a row, set aside, or skipped with its reason."""
        lines = transaction.lines
        if not lines:
            self._rows.skip("receipt without lines")
            return
        rung = [sold(line) for line in lines if line.kind in SOLD]
        counting = [one for one in rung if not one.line.is_voided]
        orphans = place_rewards(lines, counting)
        tax_told = place_tax(transaction, counting, self._options)
        rounding = roundings(transaction)
        place_receipt_discounts(transaction, counting, self._options, rounding, orphans)
        self._plausible.judge(
            transaction,
            extended=sum((one.extended or ZERO for one in counting), ZERO),
            discounts=sum((one.discount for one in counting), ZERO),
            tax=tax_told,
            beside=sum((one.rewards for one in counting), ZERO)
            + sum((reward for _, reward in orphans), ZERO)
            + sum((one.amount for one in rounding), ZERO),
        )
        for one in rung:
            if one.unread is not None:
                self._set_aside_number(transaction, one.line.at, one.unread)
            else:
                self._rows.add(self._row(transaction, one), one.line.at)
        for line, amount in orphans:
            self._rows.add(_money_row(transaction, line.number, REWARD, amount), line.at)
        for told in rounding:
            self._rows.add(_money_row(transaction, told.number, ROUNDING, told.amount), told.at)
        used = [line for line, _ in orphans] + [one.line for one in rounding if one.line]
        self._account_for(transaction, {id(line) for line in used}, has_sold=bool(counting))

    def _set_aside_number(self, transaction: Transaction, at: int, text: str) -> None:
        store, _, day, _ = transaction.key
        self._rows.set_aside(at, "number", EXPECTED, text, store=store, day=day)

    def _account_for(self, transaction: Transaction, used: set[int], *, has_sold: bool) -> None:
        """The lines that became no row."""
        store, _, day, _ = transaction.key
        for total in transaction.body.all("Total") if transaction.body is not None else ():
            if (text := unread(total.text)) is not None:
                self._set_aside_number(transaction, total.line, text)
        for line in transaction.lines:
            if line.kind in SOLD or id(line) in used:
                continue
            if (text := _unread_beside(line)) is not None:
                self._set_aside_number(transaction, line.at, text)
                continue
            if line.kind in _ON_LINES and not has_sold and not line.is_voided and _has_money(line):
                self._rows.set_aside(
                    line.at,
                    "sold line",
                    "a line sold on the same receipt, for its amount to stand on",
                    line.kind,
                    store=store,
                    day=day,
                )
            elif line.kind in _ELSEWHERE:
                self._rows.skip(_ELSEWHERE[line.kind])
            elif line.kind == REWARD:
                self._rows.skip(
                    "reward: its amount stands on the line it rewards"
                    if is_money(line)
                    else "reward without money (offers, messages, points)"
                )
            elif _has_money(line):
                self._rows.set_aside(
                    line.at,
                    "kind of line",
                    f"a kind of line known here ({', '.join(sorted(SOLD))}); one with an amount "
                    "cannot be left out",
                    line.kind,
                    store=store,
                    day=day,
                )
            else:
                self._rows.skip(f"line without money: {line.kind}")

    def _row(self, transaction: Transaction, one: Sold) -> dict[str, str | None]:
        line = one.line
        amount = one.extended
        discount = one.discount - one.rewards
        price = number(line.value("RegularSalesUnitPrice"))
        if amount is not None:
            amount += one.rewards
            if self._options.extended_amount == "before_discount":
                amount -= one.discount
            if self._options.tax == "included" and one.tax and amount:
                # The list price and the discount hold the same share of tax as the line.
                share = (amount - one.tax) / amount
                discount = (discount * share).quantize(CENT)
                price = (price * share).quantize(_PRICE) if price is not None else None
                amount -= one.tax
        link = _original(transaction, line)
        associate = line.body.first("Associate") if line.body is not None else None
        told = {
            **transaction.header,
            "line_number": line.number,
            "line_kind": line.kind,
            "EntryMethod": line.element.attribute("EntryMethod"),
            "is_voided": "true" if line.is_voided else "false",
            "ItemType": (line.body.attribute("ItemType") if line.body is not None else None)
            or line.value("ItemType"),
            "ItemID": line.value("ItemID"),
            "POSItemID": line.value("POSIdentity", "POSItemID") or line.value("POSItemID"),
            "SerialNumber": line.value("SerialNumber") or line.value("Association", "SerialNumber"),
            # What is no number is shown as it stands, and set aside for it.
            "quantity": written(one.quantity) or line.value("Quantity"),
            "RegularSalesUnitPrice": line.value("RegularSalesUnitPrice"),
            "ActualSalesUnitPrice": line.value("ActualSalesUnitPrice"),
            "ExtendedAmount": line.either(*EXTENDED),
            "regular_unit_price": written(price) or line.value("RegularSalesUnitPrice"),
            "discount_amount": written(discount) if one.has_discount or one.rewards else None,
            "discount_reason": "; ".join(dict.fromkeys(one.reasons)) or None,
            "is_price_override": "true" if _is_override(line) else "false",
            "net_amount": written(amount) if amount is not None else line.either(*EXTENDED),
            "tax_amount": written(one.tax),
            **_exemption(line),
            "AssociateID": (
                (associate.value("AssociateID") or associate.text)
                if associate is not None
                else line.element.value("Associate", "AssociateID")
            ),
            "ReturnReason": _return_reason(line) if one.is_back else None,
            **_ship_to(line),
        }
        if link is not None:
            names = ("RetailStoreID", "WorkstationID", "BusinessDayDate", "SequenceNumber")
            told["LinkTransactionID"] = link.value("TransactionID")
            told.update(
                {
                    f"Link{name}": text
                    for name, text in zip(names, transaction.key_of(link), strict=True)
                }
            )
        return told


def _unread_beside(line: Line) -> str | None:
    """An amount that is no number, of a line whose amount belongs to other lines."""
    if line.is_voided or line.kind not in (*_ON_LINES, REWARD, ROUNDING) or not is_money(line):
        return None
    return unread(line.either("ExtendedRewardAmount", "Amount"))


def _has_money(line: Line) -> bool:
    """Whether an amount stands there: one that is no number may be any."""
    return line.body is not None and any(
        number(one.text) or unread(one.text) for name in _MONEY for one in line.body.within(name)
    )


def _is_override(line: Line) -> bool:
    body = line.body
    if body is None:
        return False
    methods = (one.attribute("MethodCode") for one in body.all("RetailPriceModifier"))
    return (
        any("override" in (method or "").lower() for method in methods)
        or body.first("PriceOverride") is not None
        # NCR: acs:keyedPrice on the LineItem.
        or (line.element.attribute("keyedPrice") or "").lower() == "true"
    )


def _exemption(line: Line) -> dict[str, str | None]:
    """Why a line is free of tax: the certificate's number and the reason."""
    for tax in line.body.all("Tax") if line.body is not None else ():
        for exemption in tax.all("TaxExemption"):
            return {
                "TaxExemptionID": exemption.value("CustomerExemptionID") or exemption.text,
                "TaxExemptionReason": exemption.value("ReasonCode")
                or exemption.attribute("TypeCode"),
            }
    return {}


def _return_reason(line: Line) -> str | None:
    return line.either("ReasonCode", "ReturnReasonCode", "Reason", "DispositionCode")


def _ship_to(line: Line) -> dict[str, str | None]:
    """Where the goods are sent: no names, no streets."""
    if line.body is None or line.kind not in ("SaleForDelivery", "Sale"):
        return {}
    for holder in ("Delivery", "ShipTo", "DeliveryAddress"):
        for place in line.body.all(holder):
            address = next(place.within("Address"), place)
            country = address.first("Country")
            return {
                "ShipToTerritory": address.value("Territory") or address.value("State"),
                "ShipToPostalCode": address.value("PostalCode"),
                "ShipToCountry": (country.attribute("Code") or country.text)
                if country is not None
                else None,
            }
    return {}


def _original(transaction: Transaction, line: Line) -> Element | None:
    """The transaction that sold what comes back; not the one that was resumed."""
    own = line.body.first("TransactionLink") if line.body is not None else None
    if own is not None:
        return own
    if not (line.kind.startswith("Return") or (line.value("Quantity") or "").startswith("-")):
        return None
    for link in transaction.links():
        reason = (link.attribute("ReasonCode") or link.value("ReasonCode") or "").lower()
        if not reason or "return" in reason or "exchange" in reason or "refund" in reason:
            return link
    return None


def _money_row(
    transaction: Transaction, line_number: str | None, kind: str, amount: Decimal
) -> dict[str, str | None]:
    """A row of money without goods."""
    return {
        **transaction.header,
        "line_number": line_number,
        "line_kind": kind,
        "is_voided": "false",
        "is_price_override": "false",
        "quantity": "0",
        "net_amount": written(amount),
        "tax_amount": "0",
    }
