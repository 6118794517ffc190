"""A line that sells or takes back: sign, amounts and discount as the register tells them."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from pipelines.ingest.readers.poslog.amounts import ZERO, number, signed, unread
from pipelines.ingest.readers.poslog.transactions import Line
from pipelines.ingest.readers.xml_stream import Element

SOLD = {
    "Sale", "SaleForPickup", "SaleForDelivery", "Return", "ReturnForPickup", "ReturnForDelivery",
    "GiftCertificate", "GiftCard", "StoredValueFund", "StoredValueFundSale", "PaymentOnAccount",
    "Deposit", "MiscellaneousFee", "Fee",
}  # fmt: skip
EXTENDED = ("ExtendedAmount", "Amount", "FaceValueAmount")


@dataclass
class Sold:
    """A sold line under way."""

    line: Line
    is_back: bool
    quantity: Decimal | None
    # As the register extends it, signed; None when it is no number.
    extended: Decimal | None
    discount: Decimal = ZERO
    has_discount: bool = False
    tax: Decimal = ZERO
    has_tax: bool = False
    rewards: Decimal = ZERO
    reasons: list[str] = field(default_factory=list)
    # An amount beside the extended one that is no number.
    unread: str | None = None


def sold(line: Line) -> Sold:
    body = line.body
    assert body is not None
    quantity = number(line.value("Quantity"))
    code = (body.attribute("TypeCode") or body.attribute("ItemTypeCode") or "").lower()
    # Version 2 has Return; version 6 may write a Sale of -1 whose amount is positive.
    is_back = (
        line.kind.startswith("Return")
        or (quantity is not None and quantity < 0)
        or code in ("return", "refund")
    )
    if line.value("Quantity") is None:
        quantity = Decimal(1)
    extended = number(line.either(*EXTENDED))
    found = Sold(
        line,
        is_back,
        signed(quantity, is_back) if quantity is not None else None,
        signed(extended, is_back) if extended is not None else None,
    )
    _take_discount(found, body)
    taxes = list(body.all("Tax"))
    found.unread = unread(
        body.value("ExtendedDiscountAmount"),
        *(modifier.value("Amount") for modifier in body.all("RetailPriceModifier")),
        *(tax.value("Amount") for tax in taxes),
    )
    for tax in taxes:
        amount = number(tax.value("Amount"))
        if amount is not None:
            found.tax += signed(amount, is_back)
            found.has_tax = True
    return found


def _take_discount(one: Sold, body: Element) -> None:
    told = number(body.value("ExtendedDiscountAmount"))
    modifiers = list(body.all("RetailPriceModifier"))
    if told is None and modifiers:
        told = sum((_taken_off(modifier) for modifier in modifiers), ZERO)
    if told is not None:
        one.discount = signed(told, one.is_back)
        one.has_discount = True
    for modifier in modifiers:
        reason = (
            modifier.value("ReasonCode")
            or modifier.value("PriceDerivationRule", "ReasonCode")
            or modifier.value("PromotionID")
            or modifier.value("PriceDerivationRule", "PriceDerivationRuleID")
        )
        if reason is not None:
            one.reasons.append(reason)


def _taken_off(modifier: Element) -> Decimal:
    amount = modifier.first("Amount")
    found = number(amount.text) if amount is not None else None
    if amount is None or found is None:
        return ZERO
    return -found if (amount.attribute("Action") or "Subtract").lower() == "add" else found
