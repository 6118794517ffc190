"""The rows of the exports about counts and about goods that are away; see rows."""

from __future__ import annotations

from typing import NamedTuple


class CountPlan(NamedTuple):
    count_id: str
    store_id: str
    count_type: str
    zone: str
    category: str
    due_on: str
    frozen_at: str
    status: str


class CountScan(NamedTuple):
    count_id: str
    scan_number: int
    store_id: str
    count_pass: int
    zone: str
    item_id: str
    serial_number: str
    quantity: int
    scanned_at: str
    counted_by: str


class Consignment(NamedTuple):
    consignment_id: str
    store_id: str
    item_id: str
    serial_number: str
    client_id: str
    partner_name: str
    out_on: str
    due_back_on: str
    returned_on: str
    agreed_value: str
    is_signed: str


class Repair(NamedTuple):
    repair_id: str
    store_id: str
    client_id: str
    item_id: str
    serial_number: str
    owner: str
    received_on: str
    promised_on: str
    sent_on: str
    returned_on: str
    collected_on: str
    status: str


class SupplyLevel(NamedTuple):
    store_id: str
    supply_item: str
    business_date: str
    on_hand: int
    reorder_point: int
    order_quantity: int


DATASETS: dict[str, type[tuple]] = {
    "count_plans": CountPlan,
    "count_scans": CountScan,
    "consignments": Consignment,
    "repairs": Repair,
    "supply_levels": SupplyLevel,
}
