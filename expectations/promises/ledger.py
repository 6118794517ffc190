"""The book of stock: it closes as it opens and moves, and the network loses nothing on the way."""

from __future__ import annotations

from expectations.checks import Check
from expectations.promises.roads import roads_that_differ

ADDED = (
    "receipts",
    "transfers_in",
    "sale_returns",
    "consignment_returns",
    "repair_returns",
    "adjustments",
    "count_adjustments",
    "reclasses",
)
TAKEN_OFF = (
    "sales",
    "transfers_out",
    "returns_to_hq",
    "write_offs",
    "consignments_out",
    "repairs_out",
)
PERIODS = {"stock_rollforward": ("store_id, item_id", "month")}
PERIODS["stock_rollforward_daily"] = ("store_id", "business_date")


def identity(table: str, key: str, period: str) -> Check:
    """Opening and flows make the expected closing, and the residual is all that is left."""
    broken = []
    for measure in ("units", "cost"):
        suffix = "" if measure == "units" else "_cost"
        flows = "".join(f" + {name}{suffix}" for name in ADDED)
        flows += "".join(f" - {name}{suffix}" for name in TAKEN_OFF)
        broken += [
            f"(opening_{measure}{flows} is distinct from expected_closing_{measure})",
            f"(expected_closing_{measure} + residual_{measure} is distinct from closing_{measure})",
        ]
    return Check(
        rule=f"{table}.identity",
        subject=f"inventory.{table}",
        words=(
            f"In every row of {table} the opening and all that moved make the expected closing, and"
            " with the residual the closing: in units and cost, exactly."
        ),
        broken_by=f"""
            select {key}, {period}, opening_units, expected_closing_units, closing_units,
                residual_units, opening_cost, expected_closing_cost, closing_cost, residual_cost
            from inventory.{table} where {" or ".join(broken)}
        """,
    )


def carried_on(table: str, key: str, period: str) -> Check:
    """What a period closes with, the next opens with."""
    return Check(
        rule=f"{table}.carried_on",
        subject=f"inventory.{table}",
        words=f"Every row of {table} opens with what the one before it closed with.",
        broken_by=f"""
            select {key}, {period}, opening_units, units_before, opening_cost, cost_before
            from (
                select *, lag(closing_units) over periods as units_before,
                    lag(closing_cost) over periods as cost_before
                from inventory.{table}
                window periods as (partition by {key} order by {period})
            ) as rows
            where opening_units <> units_before or opening_cost <> cost_before
        """,
    )


# Movements of pieces that clients brought in change nobody's stock: cells with such are left out.
_ANYBODY_S = """
    anti join (
        select distinct store_id, item_id, business_date
        from core.fct_stock_movements
        where serial_number in (
            select serial_number from core.fct_repairs where owner = 'client'
        )
    ) as in_care
        on {alias}.store_id = in_care.store_id and {alias}.item_id = in_care.item_id
        and {alias}.business_date = in_care.business_date
"""

PROMISES = [
    *(identity(table, *names) for table, names in PERIODS.items()),
    *(carried_on(table, *names) for table, names in PERIODS.items()),
    Check(
        rule="stock_rollforward_daily.snapshot",
        subject="inventory.stock_rollforward_daily",
        words=(
            "On the day of its newest snapshot a store's book closes with the owned units that the"
            " snapshot has on the shelf."
        ),
        broken_by=roads_that_differ(
            """
            select store_id, closing_units as units from inventory.stock_rollforward_daily
            where has_snapshot
            qualify row_number() over (partition by store_id order by business_date desc) = 1
            """,
            """
            select store_id, sum(quantity) as units from core.fct_stock_positions
            where to_date is null
                and stock_status in ('available', 'reserved', 'display', 'damaged')
            group by store_id
            """,
            on=("store_id",),
            measures=("units",),
        ),
    ),
    Check(
        rule="stock_rollforward.days",
        subject="inventory.stock_rollforward",
        words="The items of a store close a month with what its last day closes with.",
        broken_by=roads_that_differ(
            """
            select store_id, month, sum(closing_units) as units, sum(closing_cost) as cost
            from inventory.stock_rollforward group by store_id, month
            """,
            """
            select store_id, cast(date_trunc('month', business_date) as date) as month,
                max_by(closing_units, business_date) as units,
                max_by(closing_cost, business_date) as cost
            from inventory.stock_rollforward_daily
            group by store_id, cast(date_trunc('month', business_date) as date)
            """,
            on=("store_id", "month"),
            measures=("units", "cost"),
        ),
    ),
    Check(
        rule="stock_changes.every_movement",
        subject="inventory.stock_changes",
        words="Every unit that a movement of owned goods moves is in the book, on its day.",
        broken_by=roads_that_differ(
            f"""
            select changes.store_id, changes.item_id, changes.business_date, change_type,
                sum(units) as units
            from inventory.stock_changes as changes {_ANYBODY_S.format(alias="changes")}
            where change_type not in ('opening', 'residual')
            group by changes.store_id, changes.item_id, changes.business_date, change_type
            """,
            f"""
            select moved.store_id, moved.item_id, moved.business_date,
                movement_type as change_type, sum(quantity) as units
            from core.fct_stock_movements as moved {_ANYBODY_S.format(alias="moved")}
            group by moved.store_id, moved.item_id, moved.business_date, movement_type
            """,
            on=("store_id", "item_id", "business_date", "change_type"),
            measures=("units",),
        ),
    ),
    Check(
        rule="transfer_conservation.difference",
        subject="inventory.transfer_conservation",
        words="What was sent and came too much is received, short, back or on the way.",
        broken_by="""
            select sender_store_id, receiver_store_id, month, difference_units, difference_cost
            from inventory.transfer_conservation
            where difference_units is distinct from 0 or difference_cost is distinct from 0
        """,
    ),
    Check(
        rule="transfer_conservation.network",
        subject="inventory.transfer_conservation",
        words="Over the network it adds up to all transfers.",
        broken_by=roads_that_differ(
            """
            select sender_store_id, sum(shipped_units) as shipped, sum(in_transit_units) as away,
                sum(in_transit_cost) as away_cost
            from inventory.transfer_conservation group by sender_store_id
            """,
            """
            select coalesce(sender_store_id, 'unknown') as sender_store_id,
                sum(shipped_units) as shipped, sum(in_transit_units) as away,
                sum(in_transit_cost) as away_cost
            from inventory.transfers group by coalesce(sender_store_id, 'unknown')
            """,
            on=("sender_store_id",),
            measures=("shipped", "away", "away_cost"),
        ),
    ),
]
