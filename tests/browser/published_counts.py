"""Counts for the small published home: how the plan was kept, evidence, a full count, a sheet.

Rodeo Drive has to count its rings next; Oak Street was counted wall to wall.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

Tell = Callable[..., None]
FileOf = Callable[[str, date, str, str], str]

PLANNED = "US02-C-NEXT"
WALL_TO_WALL = "US03-FULL"
SHEET_LINES = 40
NOT_SCANNED = "US04-C-MISSED"


def monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def tell_all(day: date, tell: Tell, file_of: FileOf) -> None:
    """What the page Counts shows beside the counts themselves, as of `day`."""
    _plans(day, tell)
    _compliance(day, tell)
    _evidence(day, tell, file_of)
    _positions(day, tell, file_of)
    _wall_to_wall(day, tell)
    for threshold, tolerated in (("lines", 0), ("cost", 0)):
        tell(
            "inventory.stock_take_tolerances",
            threshold_id=threshold,
            tolerated=Decimal(tolerated),
            unit=threshold,
            version=1,
        )


def _plans(day: date, tell: Tell) -> None:
    for count, store, status, due in (
        (PLANNED, "US02", "planned", day + timedelta(days=3)),
        (NOT_SCANNED, "US04", "planned", monday(day)),
    ):
        tell(
            "core.fct_count_plans",
            count_id=count,
            store_id=store,
            count_type="cycle",
            zone="Safe",
            due_on=due,
            status=status,
        )


def _compliance(day: date, tell: Tell) -> None:
    for store, done, overdue in (("US01", 1, 0), ("US02", 1, 0), ("US03", 2, 0), ("US04", 1, 1)):
        tell(
            "inventory.count_compliance",
            store_id=store,
            week_starts_on=monday(day),
            planned=done + overdue,
            cancelled=0,
            done_in_window=done,
            done_late=0,
            done_early=0,
            done_incomplete=0,
            overdue=overdue,
            awaited=0,
            compliance=done / (done + overdue),
        )


def _evidence(day: date, tell: Tell, file_of: FileOf) -> None:
    """The two pieces that were swapped speak for each other."""
    count = f"US01-C{day:%y%m%d}"
    for here, there in (("SN-SWAP-A", "SN-SWAP-B"), ("SN-SWAP-B", "SN-SWAP-A")):
        tell(
            "inventory.discrepancy_evidence",
            discrepancy_id=f"{count}|SKU013|{here}",
            evidence_no=1,
            store_id="US01",
            count_id=count,
            rule_id="S07",
            rule_version=1,
            rule_name="A sold piece of the same reference is still there",
            is_decisive=True,
            root_cause="serial_swap",
            outcome="missing_explained",
            confidence="likely",
            dataset="sales_lines",
            document_id=f"US01-{day:%y%m%d}-1",
            line_number=2,
            occurred_on=day,
            units=Decimal(1),
            paired_discrepancy_id=f"{count}|SKU013|{there}",
            sentence=f"{there} stands on the receipt of the day, and is still there",
            _file_id=file_of("US01", day, "sales_lines", "a"),
            _line_no=3,
        )


def _positions(day: date, tell: Tell, file_of: FileOf) -> None:
    """What lies in the safe of Rodeo Drive: more than one sheet holds."""
    for number in range(SHEET_LINES):
        tell("core.dim_items", item_id=f"RING{number:03}", item_name=f"Ring no. {number}")
        tell(
            "core.fct_stock_positions",
            position_id=f"US02|{number}",
            store_id="US02",
            location="Safe",
            item_id=f"RING{number:03}",
            serial_number=f"SN-RING-{number:04}",
            stock_status="available",
            quantity=Decimal(1),
            unit_cost=Decimal(4000),
            from_date=day - timedelta(days=90),
            _file_id=file_of("US02", day, "stock_snapshots", "a"),
            _line_no=number + 2,
        )
        tell(
            "inventory.count_lines",
            line_id=f"US02-OLD|RING{number:03}|SN-RING-{number:04}",
            count_id="US02-OLD",
            store_id="US02",
            item_id=f"RING{number:03}",
            serial_number=f"SN-RING-{number:04}",
            is_counted=number > 0,
            counted_on=day - timedelta(days=30),
        )


def _wall_to_wall(day: date, tell: Tell) -> None:
    """Oak Street, every piece: one is missing, and nobody knows why."""
    on = day - timedelta(days=20)
    tell(
        "inventory.stock_accuracy",
        count_id=WALL_TO_WALL,
        store_id="US03",
        count_type="full",
        due_on=on,
        counted_on=on,
        currency="USD",
        is_final=True,
        lines_due=300,
        lines_counted=300,
        coverage=1.0,
        matched=299,
        missing=1,
        unexpected=0,
        serial_accuracy=299 / 300,
        line_accuracy=299 / 300,
        unit_accuracy=299 / 300,
        value_accuracy=0.999,
        net_variance_units=Decimal(-1),
        net_variance_cost=Decimal(-5200),
        net_variance_retail=Decimal(-12000),
        absolute_variance_units=Decimal(1),
        absolute_variance_cost=Decimal(5200),
        absolute_variance_retail=Decimal(12000),
    )
    tell(
        "inventory.stock_discrepancies",
        discrepancy_id=f"{WALL_TO_WALL}|SKU031|SN-GONE-0001",
        finding_id=f"US03|SKU031|SN-GONE-0001|short|{on}",
        count_id=WALL_TO_WALL,
        store_id="US03",
        item_id="SKU031",
        serial_number="SN-GONE-0001",
        counted_on=on,
        book_units=Decimal(1),
        counted_units=Decimal(0),
        outcome="missing",
        root_cause="unknown",
        confidence="unknown",
        variance_units=Decimal(-1),
        variance_cost=Decimal(-5200),
        variance_retail=Decimal(-12000),
        currency="USD",
        evidence="Nothing explains it",
        first_seen_on=on,
        age_days=20,
        status="open",
    )
