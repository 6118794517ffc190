"""A receipt while it is being rung: its lines, its payments, and the rows they become."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

from pipelines.demo import money
from pipelines.demo.places import CURRENCY, Place
from pipelines.demo.rows import Client, SalesLine, StockMovement, Tender
from pipelines.demo.stock import Parcel


@dataclass(slots=True)
class Line:
    """One line. Money in cents, signed like the quantity; net = quantity × list − discount."""

    kind: str  # merchandise, service, gift_card, deposit, financial
    quantity: int
    list_price: int
    net: int
    tax: int
    parcel: Parcel | None = None
    is_voided: bool = False
    reason: str = ""
    is_override: bool = False
    returns: str = ""  # the receipt that sold it
    return_reason: str = ""
    sold_by: str = ""  # on a line given back
    comes_back: bool = False

    @property
    def discount(self) -> int:
        return self.quantity * self.list_price - self.net


@dataclass(slots=True)
class Payment:
    """One means of payment. `amount` includes what was given back as `change`."""

    kind: str
    amount: int
    change: int = 0
    card: str = ""
    authorization: str = ""
    instrument: str = ""
    issuer: str = ""
    names_payer: bool = False

    @property
    def worth(self) -> int:
        return self.amount - self.change


@dataclass(slots=True)
class Receipt:
    """One receipt number of one till, whatever became of it."""

    place: Place
    register_id: str
    series: str
    number: int
    at: datetime
    status: str = "completed"
    channel: str = "in_store"
    ship_to: tuple[str, str, str] = ("", "", "")  # state, postal code, country
    exemption: str = ""
    exemption_reference: str = ""
    client: Client | None = None
    associate: str = ""
    operator: str = ""
    cash_back: int = 0  # taken by card beside what was owed, and handed out
    is_free: bool = False  # nobody was asked to pay
    is_spoilt: bool = False  # an error was made at the counter
    is_withheld: bool = False  # rung, but kept out of the exports when errors are planted
    lines: list[Line] = field(default_factory=list)
    payments: list[Payment] = field(default_factory=list)

    @property
    def transaction_id(self) -> str:
        return f"{self.place.store_id}-{self.register_id}-{self.series}-{self.number:06d}"

    @property
    def counts(self) -> bool:
        return self.status == "completed"

    @property
    def total(self) -> int:
        """What the client owes: net and tax of the lines that were not struck out."""
        return sum(line.net + line.tax for line in self.lines if not line.is_voided)

    @property
    def paid(self) -> int:
        """What was paid for it, which a rounding of cash parts from what was owed."""
        return sum(payment.worth for payment in self.payments)

    @property
    def client_id(self) -> str:
        return self.client.client_id if self.client else self.place.walk_in

    @property
    def piece(self) -> Line | None:
        """The first serialised piece sold on it."""
        for line in self.lines:
            if line.parcel and line.parcel.piece and line.quantity > 0 and not line.is_voided:
                return line
        return None

    @property
    def tax_state(self) -> str:
        """The state its tax is owed to: where the goods go, or where they are handed over."""
        return self.ship_to[0] if self.ship_to[2] == "US" else self.place.state

    def sales_lines(self) -> list[SalesLine]:
        place, day, stamp = self.place, self.at.date().isoformat(), self.place.stamp(self.at)
        return [
            SalesLine(
                transaction_id=self.transaction_id,
                line_number=number,
                store_id=place.store_id,
                register_id=self.register_id,
                business_date=day,
                receipt_series=self.series,
                receipt_number=self.number,
                sold_at=stamp,
                transaction_status=self.status,
                line_type=line.kind,
                item_id=line.parcel.item.item_id if line.parcel else "",
                serial_number=line.parcel.serial if line.parcel else "",
                quantity=line.quantity,
                regular_unit_price=money.written(line.list_price),
                discount_amount=money.written(line.discount),
                net_amount=money.written(line.net),
                tax_amount=money.written(line.tax),
                currency=CURRENCY,
                is_voided_line="true" if line.is_voided else "false",
                discount_reason=line.reason,
                is_price_override="true" if line.is_override else "false",
                sales_associate_id=self.associate,
                operator_id=self.operator,
                client_id=self.client_id,
                sale_channel=self.channel,
                ship_to_state=self.ship_to[0],
                ship_to_postal_code=self.ship_to[1],
                ship_to_country=self.ship_to[2],
                tax_exemption=self.exemption or "none",
                tax_exemption_reference=self.exemption_reference,
                original_transaction_id=line.returns,
                return_reason=line.return_reason,
            )
            for number, line in enumerate(self.lines, 1)
        ]

    def tenders(self) -> list[Tender]:
        place, day, stamp = self.place, self.at.date().isoformat(), self.place.stamp(self.at)
        rows = []
        for number, payment in enumerate(self._payment_lines(), 1):
            payer = self.client if payment.names_payer else None
            rows.append(
                Tender(
                    transaction_id=self.transaction_id,
                    tender_number=number,
                    store_id=place.store_id,
                    register_id=self.register_id,
                    business_date=day,
                    tendered_at=stamp,
                    tender_type=payment.kind,
                    tender_amount=money.written(payment.amount),
                    change_amount=money.written(payment.change),
                    currency=CURRENCY,
                    foreign_amount="",
                    foreign_currency="",
                    client_id=self.client_id,
                    payer_name=f"{payer.first_name} {payer.last_name}" if payer else "",
                    payer_document_number=payer.document_number if payer else "",
                    card_last_four=payment.card,
                    authorization_code=payment.authorization,
                    instrument_number=payment.instrument,
                    instrument_issuer=payment.issuer,
                    instrument_face_amount=(
                        money.written(payment.amount) if payment.instrument else ""
                    ),
                )
            )
        return rows

    def _payment_lines(self) -> list[Payment]:
        """Payments as the till writes them: some tills write change as a payment of its own."""
        if not self.place.writes_change_apart:
            return self.payments
        lines = []
        for payment in self.payments:
            lines.append(replace(payment, change=0))
            if payment.change:
                lines.append(Payment("cash", -payment.change))
        return lines

    def movements(self) -> list[StockMovement]:
        """What the receipt did to the shelf: nothing unless it was completed."""
        if not self.counts:
            return []
        day, stamp = self.at.date().isoformat(), self.place.stamp(self.at)
        return [
            StockMovement(
                document_id=f"SA-{self.transaction_id}",
                line_number=number,
                movement_type="sale" if line.quantity > 0 else "sale_return",
                store_id=self.place.store_id,
                location=line.parcel.item.kept_in(self.place),
                item_id=line.parcel.item.item_id,
                serial_number=line.parcel.serial,
                quantity=-line.quantity,
                unit_cost=money.written(line.parcel.item.cost),
                posted_at=stamp,
                business_date=day,
                source_transaction_id=self.transaction_id,
                operator_id=self.operator,
            )
            for number, line in enumerate(self.lines, 1)
            if line.parcel and not line.is_voided
        ]
