"""The rows of every export, columns in the order of the native layout.

A field name is a header; a value is written as it stands. Empty text means empty.
"""

from __future__ import annotations

from typing import NamedTuple


class Store(NamedTuple):
    store_id: str
    store_name: str
    store_format: str
    city: str
    state: str
    postal_code: str
    country: str
    time_zone: str
    currency: str
    opened_on: str
    closed_on: str
    selling_area_sqft: str
    latitude: str
    longitude: str


class Item(NamedTuple):
    item_id: str
    gtin: str
    item_name: str
    category: str
    collection: str
    material: str
    is_serialized: str
    unit_cost: str
    unit_retail_price: str
    currency: str
    supplier_country: str


class Employee(NamedTuple):
    employee_id: str
    employee_name: str
    store_id: str
    role: str
    hired_on: str
    left_on: str


class Client(NamedTuple):
    client_id: str
    first_name: str = ""
    last_name: str = ""
    company_name: str = ""
    birth_date: str = ""
    phone: str = ""
    email: str = ""
    address_line: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""
    country: str = ""
    document_type: str = ""
    document_number: str = ""
    is_placeholder: str = "false"
    created_on: str = ""


class TradingDay(NamedTuple):
    store_id: str
    business_date: str
    is_open: str
    opens_at: str
    closes_at: str
    reason: str
    is_comparable: str


class Target(NamedTuple):
    store_id: str
    month: str
    measure: str
    target_value: str


class SalesLine(NamedTuple):
    transaction_id: str
    line_number: int
    store_id: str
    register_id: str
    business_date: str
    receipt_series: str
    receipt_number: int
    sold_at: str
    transaction_status: str
    line_type: str
    item_id: str
    serial_number: str
    quantity: int
    regular_unit_price: str
    discount_amount: str
    net_amount: str
    tax_amount: str
    currency: str
    is_voided_line: str
    discount_reason: str
    is_price_override: str
    sales_associate_id: str
    operator_id: str
    client_id: str
    sale_channel: str
    ship_to_state: str
    ship_to_postal_code: str
    ship_to_country: str
    tax_exemption: str
    tax_exemption_reference: str
    original_transaction_id: str
    return_reason: str


class Tender(NamedTuple):
    transaction_id: str
    tender_number: int
    store_id: str
    register_id: str
    business_date: str
    tendered_at: str
    tender_type: str
    tender_amount: str
    change_amount: str
    currency: str
    foreign_amount: str
    foreign_currency: str
    client_id: str
    payer_name: str
    payer_document_number: str
    card_last_four: str
    authorization_code: str
    instrument_number: str
    instrument_issuer: str
    instrument_face_amount: str


class TillClosing(NamedTuple):
    store_id: str
    register_id: str
    z_number: str
    tender_type: str
    business_date: str
    closing_status: str
    opened_at: str
    closed_at: str
    first_receipt_number: int | str
    last_receipt_number: int | str
    transaction_count: int
    opening_float: str
    declared_amount: str
    counted_amount: str
    paid_in: str
    paid_out: str
    banked_amount: str


class TillEvent(NamedTuple):
    event_id: str
    store_id: str
    register_id: str
    business_date: str
    occurred_at: str
    event_type: str
    transaction_id: str = ""
    amount: str = ""
    operator_id: str = ""
    old_value: str = ""
    new_value: str = ""
    reason: str = ""


class BankDeposit(NamedTuple):
    deposit_id: str
    store_id: str
    business_date: str
    deposited_amount: str
    credited_on: str
    credited_amount: str
    currency: str


class CardSettlement(NamedTuple):
    settlement_id: str
    store_id: str
    authorization_code: str
    card_last_four: str
    captured_on: str
    gross_amount: str
    fee_amount: str
    net_amount: str
    settled_on: str
    payout_id: str
    currency: str


class LedgerPosting(NamedTuple):
    posting_id: str
    store_id: str
    business_date: str
    account_kind: str
    tax_state: str
    tender_type: str
    amount: str
    currency: str
    posted_on: str


class StoreTraffic(NamedTuple):
    store_id: str
    business_date: str
    hour: int
    visitors: int


class StockSnapshot(NamedTuple):
    store_id: str
    location: str
    item_id: str
    serial_number: str
    business_date: str
    quantity: int
    stock_status: str
    unit_cost: str
    snapshot_at: str


class StockMovement(NamedTuple):
    document_id: str
    line_number: int
    movement_type: str
    store_id: str
    location: str
    item_id: str
    serial_number: str
    quantity: int
    unit_cost: str
    posted_at: str
    business_date: str
    counterpart_store_id: str = ""
    transfer_id: str = ""
    source_transaction_id: str = ""
    reason_code: str = ""
    operator_id: str = ""
    carrier: str = ""
    tracking_number: str = ""
    insured_value: str = ""
    second_person_id: str = ""
    expected_on: str = ""


class SaleDocument(NamedTuple):
    transaction_id: str
    document_type: str
    received_on: str
    reference: str
    expires_on: str = ""
    minimum_purchase: str = ""
    holder_name: str = ""
    mission: str = ""


DATASETS: dict[str, type[tuple]] = {
    "stores": Store,
    "items": Item,
    "employees": Employee,
    "clients": Client,
    "trading_days": TradingDay,
    "targets": Target,
    "sales_lines": SalesLine,
    "tenders": Tender,
    "till_closings": TillClosing,
    "store_traffic": StoreTraffic,
    "stock_snapshots": StockSnapshot,
    "stock_movements": StockMovement,
    "till_events": TillEvent,
    "bank_deposits": BankDeposit,
    "card_settlements": CardSettlement,
    "ledger_postings": LedgerPosting,
    "sale_documents": SaleDocument,
}


def columns(dataset: str) -> tuple[str, ...]:
    """The header of a dataset's export."""
    return DATASETS[dataset]._fields  # type: ignore[attr-defined]
