"""What happened at a till that is no receipt: a row for each control transaction.

The drawer opened without a sale, cash put in or taken out, the till opened and closed. Settlements
are read as closings, which hold all that they say.
"""

from __future__ import annotations

import re

from pipelines.ingest.readers.chunking import Rows
from pipelines.ingest.readers.poslog.amounts import ZERO, number, unread, written
from pipelines.ingest.readers.poslog.closings import SETTLEMENTS, skipped_as
from pipelines.ingest.readers.poslog.transactions import HEADER, POST_VOID, Transaction
from pipelines.ingest.readers.xml_stream import Element

COLUMNS = (*HEADER, "event", "event_type", "amount", "reason")

OTHER = "other"
POST_VOIDED = "post void: read with the sold lines"
# What a control transaction holds, by the names of the standard and of vendors.
_TYPES = {
    "drawer_opened": ("NoSale", "OpenDrawer", "DrawerOpen", "OpenCashDrawer"),
    "float_set": ("TenderLoan", "Loan", "Float", "TillLoan", "OpeningFloat"),
    "pick_up": ("TenderPickup", "Pickup", "PickUp", "TillPickup", "TenderDeposit", "SafeDrop"),
    "paid_in": ("PaidIn", "PayIn", "FundsReceipt"),
    "paid_out": ("PaidOut", "PayOut", "Disbursement"),
}
_TYPE_OF = {name.lower(): kind for kind, names in _TYPES.items() for name in names}
# What stands in the names of kinds: "acs:PAID-IN" and "Paid In" are PaidIn.
_NO_LETTER = re.compile(r"[^a-z]")


class Events:
    """Turns control transactions into rows."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def take(self, transaction: Transaction) -> None:
        """A control transaction's row; anything else is skipped by name."""
        body = transaction.body
        if body is None or not transaction.kind.endswith("ControlTransaction"):
            told = skipped_as(transaction)
            self._rows.skip(POST_VOIDED if transaction.kind == POST_VOID else told)
            return
        if any(body.first(name) is not None for name in SETTLEMENTS):
            self._rows.skip("settlement: read as a closing")
            return
        if transaction.kind == "InventoryControlTransaction":
            self._rows.skip("inventory control transaction: it is about goods, not the till")
            return
        if transaction.status != "completed":
            self._rows.skip(f"{transaction.status} control transaction")
            return
        event = transaction.detail
        reason = body.value("ReasonCode") or body.value(event, "ReasonCode")
        row: dict[str, str | None] = {
            **transaction.header,
            "event": event or None,
            "event_type": _type(event),
            "amount": _amount(body.first(event) or body),
            # What it is called stands first: many kinds are only other.
            "reason": ": ".join(filter(None, (event, reason))) or None,
        }
        self._rows.add(row, transaction.at)


def _type(event: str) -> str:
    return _TYPE_OF.get(_NO_LETTER.sub("", event.rpartition(":")[2].lower()), OTHER)


def _amount(holder: Element) -> str | None:
    """Its own amounts added up, else those one element deeper: a row for each kind of tender.

    One that is no number stands for the sum: the row is set aside showing it.
    """
    for places in ([holder], holder.children):
        found = [one.text for place in places for one in place.all("Amount")]
        amounts = [abs(amount) for text in found if (amount := number(text)) is not None]
        if amounts or unread(*found) is not None:
            return unread(*found) or written(sum(amounts, ZERO))
    return None
