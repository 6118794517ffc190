"""What registers declare when they are closed: a row for each settlement and means of payment.

Sign-on and sign-off, opening, pick-ups and the like are counted by name and skipped: they are read
as till events.
"""

from __future__ import annotations

from decimal import Decimal

from pipelines.ingest.readers.chunking import Rows
from pipelines.ingest.readers.poslog.amounts import EXPECTED, ZERO, number, unread, written
from pipelines.ingest.readers.poslog.transactions import HEADER, Transaction, moment
from pipelines.ingest.readers.xml_stream import Element

COLUMNS = (
    *HEADER,
    "SettlementID",
    "OpenedAt",
    "FirstReceiptNumber",
    "LastReceiptNumber",
    "TenderType",
    "opening_amount",
    "sales_amount",
    "refunds_amount",
    "loans_amount",
    "pickups_amount",
    "paid_in_amount",
    "paid_out_amount",
    "deposits_amount",
    "ending_amount",
    "over_amount",
    "short_amount",
    "declared_amount",
    "counted_amount",
    "transaction_count",
)

SETTLEMENTS = ("TillSettle", "SessionSettle", "WorkstationSettle", "StoreSettle")
# What a TenderSummary holds, by the names vendors use.
_PARTS = {
    "opening_amount": ("Beginning", "OpeningBalance", "Opening", "Float"),
    "sales_amount": ("Sales", "Sale"),
    "refunds_amount": ("Refunds", "Refund", "Returns"),
    "loans_amount": ("Loan", "Loans", "TenderLoan"),
    "pickups_amount": ("Pickup", "PickUp", "Pickups", "TenderPickup"),
    "paid_in_amount": ("PaidIn", "PayIn", "FundsReceipt"),
    "paid_out_amount": ("PaidOut", "PayOut", "Disbursement"),
    "deposits_amount": ("Deposit", "Deposits", "TenderDeposit"),
    "ending_amount": ("Ending", "ClosingBalance", "Closing"),
    "over_amount": ("Over",),
    "short_amount": ("Short",),
    "counted_amount": ("Count", "Counted", "CountedBalance"),
}
_PART_OF = {name: part for part, names in _PARTS.items() for name in names}


class Closings:
    """Turns settlements into rows."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def take(self, transaction: Transaction) -> None:
        """A settlement's rows; anything else is skipped by name."""
        body = transaction.body
        found = (body.first(name) for name in SETTLEMENTS) if body is not None else iter(())
        settlement = next((one for one in found if one is not None), None)
        if settlement is None:
            self._rows.skip(skipped_as(transaction))
            return
        if transaction.status != "completed":
            self._rows.skip(f"{transaction.status} settlement")
            return
        tenders = _by_tender(settlement)
        if not tenders:
            self._rows.set_aside(
                settlement.line, "totals", "a TenderSummary with amounts", settlement.name
            )
        for tender, (line, parts, wrong) in tenders.items():
            if wrong is not None:
                store, _, day, _ = transaction.key
                self._rows.set_aside(line, "number", EXPECTED, wrong, store=store, day=day)
                continue
            told: dict[str, str | None] = {
                **transaction.header,
                "SettlementID": settlement.value("SettlementID")
                or settlement.value("SessionID")
                or settlement.value("ZNumber")
                or transaction.key[3],
                "OpenedAt": moment(
                    settlement.first("BeginDateTime") or settlement.first("StartDateTimestamp")
                ),
                "FirstReceiptNumber": settlement.value("FirstReceiptNumber"),
                "LastReceiptNumber": settlement.value("LastReceiptNumber"),
                "TenderType": tender,
                "transaction_count": settlement.value("TransactionCount"),
            }
            told.update({name: written(amount) for name, amount in parts.items()})
            declared = _declared(parts)
            told["declared_amount"] = written(declared)
            if "counted_amount" not in parts and {"over_amount", "short_amount"} & set(parts):
                told["counted_amount"] = written(_counted(parts))
            self._rows.add(told, line)


def skipped_as(transaction: Transaction) -> str:
    """What a transaction is counted as where it gives no row."""
    if transaction.kind.endswith("ControlTransaction"):
        told = "control" if transaction.kind == "ControlTransaction" else "tender control"
        return f"{told} transaction: {transaction.detail or 'without content'}"
    if transaction.kind == "RetailTransaction":
        return "receipt"
    return f"transaction that is no receipt: {transaction.kind}"


def _by_tender(settlement: Element) -> dict[str, tuple[int, dict[str, Decimal], str | None]]:
    """The parts of each means of payment, the line it is first told on, and what is no number."""
    found: dict[str, tuple[int, dict[str, Decimal], str | None]] = {}
    for summary in settlement.all("TenderSummary"):
        for part in summary.children:
            name = _PART_OF.get(part.name)
            text = part.value("Amount") or part.text
            if name is None or text is None:
                continue
            tender = part.attribute("TenderType") or summary.attribute("TenderType") or "Cash"
            line, parts, wrong = found.get(tender, (part.line, {}, None))
            parts[name] = parts.get(name, ZERO) + (number(text) or ZERO)
            found[tender] = (line, parts, wrong or unread(text))
    return found


def _declared(parts: dict[str, Decimal]) -> Decimal | None:
    """What the register says was taken: sales less refunds, else what moved in the drawer."""
    if "sales_amount" in parts or "refunds_amount" in parts:
        return parts.get("sales_amount", ZERO) - abs(parts.get("refunds_amount", ZERO))
    if "ending_amount" in parts:
        return parts["ending_amount"] - parts.get("opening_amount", ZERO)
    return None


def _counted(parts: dict[str, Decimal]) -> Decimal:
    """What people found in the drawer: what should be there, and what was over or short."""

    def part(name: str) -> Decimal:
        return abs(parts.get(name, ZERO))

    expected = parts.get("ending_amount")
    if expected is None:
        expected = parts.get("opening_amount", ZERO) + (_declared(parts) or ZERO)
        expected += part("loans_amount") + part("paid_in_amount")
        expected -= part("pickups_amount") + part("paid_out_amount") + part("deposits_amount")
    return expected + part("over_amount") - part("short_amount")
