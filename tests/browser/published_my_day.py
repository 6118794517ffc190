"""The day of Oak Street and Rodeo Drive in the small published home, and a boutique just opened.

One of each thing a coordinator meets: a count that is overdue, a transfer of which one piece of
three is missing, a repair promised soon, papers that a sale lacks.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

Tell = Callable[..., None]
NEW_STORE = "US06"
OVERDUE = "US03-C-OVERDUE"
RULES = {"paperwork_hour": 20, "days_ahead": 7, "paper_days_back": 30, "new_boutique_days": 90}


def tell_all(day: date, tell: Tell) -> None:
    """As known on the day after `day`."""
    for rule, value in RULES.items():
        tell("inventory.day_limits", rule_id=rule, value=Decimal(value), version=1)
    _partly_received(tell)
    _counts(day, tell)
    _care(day, tell)
    tell(
        "finance.check_findings",
        check_id="F17",
        store_id="US02",
        business_date=day - timedelta(days=2),
        subject="US02-EXPORT airway_bill",
        transaction_id="US02-EXPORT",
        note="export sale: airway bill is missing",
    )


def count_due(day: date) -> date:
    """A day of the week before."""
    return day - timedelta(days=day.weekday() + 2)


def opened(store_id: str, day: date) -> date:
    """Everybody but the new boutique has been open for years."""
    return day - timedelta(days=20) if store_id == NEW_STORE else date(2015, 5, 4)


def _partly_received(tell: Tell) -> None:
    """All that was sent under the number of the late transfer: two of three pieces have arrived."""
    tell(
        "inventory.transfers",
        transfer_id="TR-LATE",
        sender_store_id="US01",
        receiver_store_id="US03",
        currency="USD",
        is_numbered=True,
        status="partly_received",
        is_received_before_shipped=False,
        shipped_units=Decimal(3),
        received_units=Decimal(2),
        in_transit_units=Decimal(1),
    )


def _counts(day: date, tell: Tell) -> None:
    tell(
        "core.fct_count_plans",
        count_id=OVERDUE,
        store_id="US03",
        count_type="cycle",
        zone="Vault",
        due_on=count_due(day),
        status="planned",
    )
    for rank, (zone, days, value) in enumerate((("Vault", 61, 240), ("Salon", 33, 80)), start=1):
        tell(
            "inventory.count_suggestions",
            suggestion_id=f"US03|{zone}|Rings",
            store_id="US03",
            zone=zone,
            category="Rings",
            store_rank=rank,
            network_rank=rank,
            risk_score=90 - 10 * rank,
            reason=f"not counted for {days} days; {value} thousand USD at cost",
            top_reason=f"not counted for {days} days",
            days_since_counted=days,
        )


def _care(day: date, tell: Tell) -> None:
    tell(
        "inventory.open_repairs",
        repair_id="R-SOON",
        store_id="US03",
        client_id="C-12",
        owner="client",
        is_client_owned=True,
        status="IN WORK",
        step="at_workshop",
        serial_number="SN-12",
        received_on=day - timedelta(days=9),
        promised_on=day + timedelta(days=3),
        age_days=10,
        age_bucket="8–30",
        age_bucket_from=8,
        days_without_step=4,
        owned_cost=Decimal(0),
        currency="USD",
        has_alarm=False,
    )
