"""What the network's registers write, as POSLog 6: sales, payments and closings, a file for each.

Three datasets: sales_lines, tenders and till_closings, in XML, a Transaction for each receipt and
for each settlement of a till. The mappings beside this file read them; they extend those of POSLog
6 by what the network's registers do: tax added, amounts after discount, transactions known by
their TransactionID.

What is not of a register (stock, traffic, lists) POSLog cannot carry here: it stays native. And the
label of a planted error says on which line of the native file it stands, not on which of this one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from typing import IO, Any
from xml.sax.saxutils import escape, quoteattr

from pipelines.demo.dialects.layout import Layout
from pipelines.demo.rows import columns

_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<POSLog xmlns="http://www.nrf-arts.org/IXRetail/namespace/" MajorVersion="6">\n'
)
_TENDERS = {
    "cash": "Cash", "check": "Check", "cashiers_check": "CashiersCheck",
    "money_order": "MoneyOrder", "bank_draft": "BankDraft", "travelers_check": "TravelersCheck",
    "card": "CreditDebit", "wire": "WireTransfer", "gift_card": "GiftCard",
    "store_credit": "Voucher", "account": "CustomerAccount", "deposit_applied": "Deposit",
    "other": "Coupon",
}  # fmt: skip
_ITEM_TYPES = {
    "merchandise": "Stock", "service": "Service", "gift_card": "GiftCard", "deposit": "Deposit",
}  # fmt: skip
_STATUSES = {"voided": "Voided", "post_voided": "PostVoided", "suspended": "Suspended"}
_SLIPS = ("Check", "MoneyOrder", "BankDraft", "TravelersCheck")


def _tag(name: str, text: object, **attributes: str) -> str:
    """An element; nothing where there is no text."""
    if text in ("", None):
        return ""
    told = "".join(f" {key}={quoteattr(value)}" for key, value in attributes.items())
    return f"<{name}{told}>{escape(str(text))}</{name}>"


def _in(name: str, *parts: str) -> str:
    inner = "".join(parts)
    return f"<{name}>{inner}</{name}>" if inner else ""


def _size(text: str) -> str:
    """Amounts have no sign: what goes back is told by the quantity or the type."""
    return text.removeprefix("-")


def _sale(row: Any, named: dict[str, str]) -> str:
    kind = "PaymentOnAccount" if row.line_type == "financial" else "Sale"
    item_type = _ITEM_TYPES.get(row.line_type, "")
    method = "PriceOverride" if row.is_price_override == "true" else "Markdown"
    modifier = (
        f'<RetailPriceModifier MethodCode="{method}">'
        f'<Amount Action="Subtract">{_size(row.discount_amount)}</Amount>'
        f"{_tag('ReasonCode', row.discount_reason)}</RetailPriceModifier>"
    )
    exemption = ""
    if row.tax_exemption != "none":
        exemption = _in(
            "TaxExemption",
            _tag("CustomerExemptionID", row.tax_exemption_reference),
            _tag("ReasonCode", row.tax_exemption),
        )
    country = f'<Country Code="{row.ship_to_country}"/>' if row.ship_to_country else ""
    address = _in(
        "Address",
        _tag("Territory", row.ship_to_state),
        _tag("PostalCode", row.ship_to_postal_code),
        country,
    )
    body = "".join(
        [
            _tag("ItemID", row.item_id),
            _tag("SerialNumber", row.serial_number),
            _tag("Quantity", row.quantity),
            _tag("RegularSalesUnitPrice", row.regular_unit_price),
            _tag(named["net_amount"] or "ExtendedAmount", _size(row.net_amount)),
            _tag("ExtendedDiscountAmount", _size(row.discount_amount)),
            modifier,
            _in("Tax", _tag("Amount", _size(row.tax_amount)), exemption),
            _in("Associate", _tag("AssociateID", row.sales_associate_id)),
            _tag("ReasonCode", row.return_reason),
            _in("TransactionLink", _tag("TransactionID", row.original_transaction_id)),
            _in("Delivery", address),
        ]
    )
    kinds = f' ItemType="{item_type}"' if item_type else ""
    struck = ' VoidFlag="true"' if row.is_voided_line == "true" else ""
    number = _tag("SequenceNumber", row.line_number)
    return f"<LineItem{struck}><{kind}{kinds}>{body}</{kind}>{number}</LineItem>"


def _tender(row: Any, named: dict[str, str]) -> str:
    word = _TENDERS.get(row.tender_type, row.tender_type)
    refund = "Refund" if row.tender_amount.startswith("-") else "Sale"
    slip = word if word in _SLIPS else "BankDraft"
    card = f"************{row.card_last_four}" if row.card_last_four else ""
    body = "".join(
        [
            _tag("Amount", _size(row.tender_amount)),
            _in("TenderChange", _tag("Amount", row.change_amount)),
            _in("CreditDebit", _tag("PrimaryAccountNumber", card)),
            _in("Authorization", _tag("AuthorizationCode", row.authorization_code)),
            _in(
                "Payer",
                _tag("Name", row.payer_name),
                _tag("PersonalIDReferenceNumber", row.payer_document_number),
            ),
            _in(
                slip,
                _tag("InstrumentNumber", row.instrument_number),
                _tag("IssuerName", row.instrument_issuer),
                _tag("FaceAmount", row.instrument_face_amount),
            ),
        ]
    )
    return (
        f'<LineItem><Tender {named["tender_type"] or "TenderType"}="{word}" TypeCode="{refund}">'
        f"{body}</Tender>{_tag('SequenceNumber', row.tender_number)}</LineItem>"
    )


def _sale_head(row: Any) -> tuple[str, ...]:
    """What the lines of one receipt share."""
    return (
        row.transaction_id, row.store_id, row.register_id, row.business_date, row.sold_at,
        row.receipt_series, str(row.receipt_number), row.operator_id, row.currency,
        row.sale_channel, row.transaction_status, row.client_id,
    )  # fmt: skip


def _tender_head(row: Any) -> tuple[str, ...]:
    return (
        row.transaction_id, row.store_id, row.register_id, row.business_date, row.tendered_at,
        "", row.transaction_id.rpartition("-")[2].lstrip("0"), "", row.currency, "", "completed",
        row.client_id,
    )  # fmt: skip


class _PosLog(Layout):
    """A POSLog: a Transaction for each receipt, a line of text for each of its LineItems."""

    _below = "</RetailTransaction></Transaction>\n"

    # A discount has no sign, and a settlement is always the last.
    unsaid = frozenset({"price_too_high", "z_not_final"})

    def __init__(
        self,
        prefix: str,
        head: Callable[[Any], tuple[str, ...]],
        item: Callable[[Any, dict[str, str]], str],
    ) -> None:
        self._prefix = prefix
        self._head = head
        self._item = item
        self._renamed: dict[int, dict[str, str]] = {}

    def name(self, dataset: str, rest: str) -> str:
        return f"{self._prefix}_{rest}.xml"

    def begin(self, stream: IO[str], dataset: str, header: Sequence[str]) -> None:
        pairs = zip(columns(dataset), header, strict=True)
        self._renamed[id(stream)] = {one: new if new != one else "" for one, new in pairs}
        stream.write(_HEAD)

    def write(self, stream: IO[str], rows: Iterable[Sequence[object]]) -> int:
        named, count = self._renamed[id(stream)], 0
        for head, items in groupby(rows, self._head):
            stream.write(self._above(head))
            for row in items:
                stream.write(self._item(row, named) + "\n")
                count += 1
            stream.write(self._below)
        return count

    def _above(self, head: tuple[str, ...]) -> str:
        (transaction, store, register, day, at, series, number, operator, currency, channel,
         status, client) = head  # fmt: skip
        training = ' TrainingModeFlag="true"' if status == "training" else ""
        told = f' TransactionStatus="{_STATUSES[status]}"' if status in _STATUSES else ""
        parts = [
            _in("BusinessUnit", _tag("UnitID", store)),
            _tag("WorkstationID", register),
            _tag("SequenceNumber", number),
            _tag("TransactionID", transaction),
            _tag("OperatorID", operator),
            _tag("BusinessDayDate", day),
            _tag("EndDateTime", at),
            _tag("ReceiptNumber", number, **({"Series": series} if series else {})),
            _tag("CurrencyCode", currency),
            _tag("SalesChannelID", channel),
        ]
        client = _in("Customer", _tag("CustomerID", client))
        return f"<Transaction{training}>{''.join(parts)}<RetailTransaction{told}>{client}\n"

    def end(self, stream: IO[str]) -> None:
        del self._renamed[id(stream)]
        stream.write("</POSLog>\n")


def _amount(name: str, text: str) -> str:
    return _in(name, _tag("Amount", text))


def _summary(row: Any, named: dict[str, str]) -> str:
    """What a settlement says of one means of payment."""
    less = row.declared_amount.startswith("-")
    parts = [
        _amount("Opening", row.opening_float),
        _amount("Refunds" if less else "Sales", _size(row.declared_amount)),
        _amount("PaidIn", row.paid_in),
        _amount("PaidOut", row.paid_out),
        _amount("Deposit", row.banked_amount),
        _amount("Count", row.counted_amount),
    ]
    word = _TENDERS.get(row.tender_type, row.tender_type)
    return f'<TenderSummary TenderType="{word}">{"".join(parts)}</TenderSummary>'


def _settlement_head(row: Any) -> tuple[str, ...]:
    return (
        row.store_id, row.register_id, row.z_number, row.business_date, row.opened_at,
        row.closed_at, str(row.first_receipt_number), str(row.last_receipt_number),
        str(row.transaction_count),
    )  # fmt: skip


class _Settlements(_PosLog):
    """A POSLog of closings: a Transaction for each Z, a line of text for each means of payment."""

    _below = "</TillSettle></TenderControlTransaction></Transaction>\n"

    def _above(self, head: tuple[str, ...]) -> str:
        store, register, number, day, opened, closed, first, last, count = head
        return "".join(
            [
                "<Transaction>",
                _in("BusinessUnit", _tag("UnitID", store)),
                _tag("WorkstationID", register),
                _tag("SequenceNumber", number),
                _tag("BusinessDayDate", day),
                _tag("EndDateTime", closed),
                "<TenderControlTransaction><TillSettle>",
                _tag("SettlementID", number),
                _tag("BeginDateTime", opened),
                _tag("FirstReceiptNumber", first),
                _tag("LastReceiptNumber", last),
                _tag("TransactionCount", count),
                "\n",
            ]
        )


LAYOUTS: dict[str, Layout] = {
    "sales_lines": _PosLog("poslog_sales", _sale_head, _sale),
    "tenders": _PosLog("poslog_tenders", _tender_head, _tender),
    "till_closings": _Settlements("poslog_closings", _settlement_head, _summary),
}
