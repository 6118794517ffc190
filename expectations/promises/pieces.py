"""Pieces: each event of one is told once, conflicts name both, odd stock is not passed over."""

from __future__ import annotations

from expectations.checks import Check
from expectations.promises.finance import one_of
from expectations.promises.roads import roads_that_differ

CONFLICTS = (
    "sold_twice",
    "returned_without_sale",
    "received_before_shipped",
    "in_two_stores",
    "sold_while_away",
    "counted_while_away",
)
ANOMALIES = (
    "negative_stock",
    "serial_above_one",
    "serial_moved_above_one",
    "closed_store",
    "unlisted_item",
    "cost_not_positive",
    "line_told_on_two_days",
)


def told_once(source: str, fact: str, condition: str) -> Check:
    """Every line of a fact that names a serial number is one event of that piece."""
    return Check(
        rule=f"serial_events.{source}",
        subject="inventory.serial_events",
        words=f"Every line of {fact} with a serial number is one event of that piece.",
        broken_by=roads_that_differ(
            f"""
            select serial_number, count(*) as events from inventory.serial_events
            where source = '{source}' group by serial_number
            """,
            f"""
            select serial_number, count(*) as events from {fact}
            where serial_number is not null and {condition} group by serial_number
            """,
            on=("serial_number",),
            measures=("events",),
        ),
    )


PROMISES = [
    told_once("stock_movements", "core.fct_stock_movements", "true"),
    told_once("sales_lines", "core.fct_sales_lines", "is_net_sale"),
    told_once("count_scans", "core.fct_count_scans", "true"),
    Check(
        rule="serial_events.numbered",
        subject="inventory.serial_events",
        words="The events of a piece are numbered from 1 without a gap.",
        broken_by="""
            select serial_number, count(*) as events, min(event_no) as lowest,
                max(event_no) as highest
            from inventory.serial_events
            group by serial_number
            having min(event_no) <> 1 or max(event_no) <> count(*)
        """,
    ),
    one_of(
        "serial_conflicts.kind",
        "inventory.serial_conflicts",
        "kind",
        CONFLICTS,
        "serial_number, event_no",
    ),
    Check(
        rule="serial_conflicts.two_events",
        subject="inventory.serial_conflicts",
        words="A conflict names two events of the piece, and says in words what is impossible.",
        broken_by="""
            select conflicts.serial_number, conflicts.kind, conflicts.event_no, other_event_no
            from inventory.serial_conflicts as conflicts
            left join inventory.serial_events as event
                on conflicts.serial_number = event.serial_number
                and conflicts.event_no = event.event_no
            left join inventory.serial_events as other
                on conflicts.serial_number = other.serial_number
                and conflicts.other_event_no = other.event_no
            where event.event_id is distinct from conflicts.event_id
                or other.event_id is distinct from conflicts.other_event_id
                or other.event_id is null or coalesce(trim(conflicts.reason), '') = ''
        """,
    ),
    one_of("stock_anomalies.kind", "inventory.stock_anomalies", "kind", ANOMALIES, "anomaly_id"),
    Check(
        rule="stock_anomalies.negative_stock",
        subject="inventory.stock_anomalies",
        words="Every stretch of days on which a snapshot shows negative stock is told.",
        broken_by="""
            select positions.position_id, positions.store_id, positions.quantity
            from core.fct_stock_positions as positions
            left join inventory.stock_anomalies as anomalies
                on anomalies.kind = 'negative_stock'
                and anomalies.store_id = positions.store_id
                and anomalies.item_id = positions.item_id
                and anomalies.business_date = positions.from_date
            where positions.quantity < 0 and anomalies.anomaly_id is null
        """,
    ),
    Check(
        rule="stock_age.open_positions",
        subject="inventory.stock_age",
        words="Every owned piece or unit that is still there has an age, in a band.",
        broken_by=roads_that_differ(
            """
            select store_id, sum(quantity) as units from inventory.stock_age
            where age_days >= 0 and age_bucket is not null group by store_id
            """,
            """
            select store_id, sum(quantity) as units from core.fct_stock_positions
            where to_date is null and quantity > 0 and stock_status <> 'client_owned'
            group by store_id
            """,
            on=("store_id",),
            measures=("units",),
        ),
    ),
]
