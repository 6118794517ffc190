"""What a fault of stock must lead to: one entry for each line of a count that it makes differ."""

from __future__ import annotations

from datetime import date
from typing import Any

from pipelines.demo.counting import Count
from pipelines.demo.scanning import Line
from pipelines.demo.twists import Fault, Twist

Entry = dict[str, Any]
NOT_COUNTED = "not_counted"


def entry(fault: Fault, outcome: str, count: Count, line: Line, units: int) -> Entry:
    """The label of one line of a count. The fault keeps it, to add what mended it later."""
    if not line.serial:
        outcome = "quantity_over" if units > 0 else "quantity_short"
    told: Entry = {
        "kind": fault.kind,
        "outcome": outcome,
        "root_cause": fault.cause,
        "store_id": count.store_id,
        "count_id": count.count_id,
        "item_id": line.item.item_id,
        "serial_number": line.serial or None,
        "units": units,
        "business_date": count.day.isoformat() if count.day else None,
        "paired_serial": None,
        "paired_item_id": None,
        "paired_store_id": None,
        "documents": fault.documents,
        "began_on": fault.began.isoformat(),
        "mended_on": None,
        "mended_by": [],
    }
    fault.labels.append(told)
    return told


def of_twist(twist: Twist, count: Count, line: Line, units: int, stores: list[str]) -> Entry:
    told = entry(twist.fault, twist.outcome, count, line, units)
    if twist.pair:
        told["paired_serial"] = twist.pair.parcel.serial if line.serial else None
        told["paired_item_id"] = twist.pair.parcel.item.item_id
        told["paired_store_id"] = stores[twist.pair.index]
    return told


def mended(fault: Fault, day: date, documents: list[str]) -> None:
    """The document that put the book right, on each label of the fault."""
    for told in fault.labels:
        told["mended_on"] = told["mended_on"] or day.isoformat()
        told["mended_by"] = [*told["mended_by"], *documents]
