"""Stock: positions are the snapshots, told as from–to dates."""

from __future__ import annotations

from expectations.checks import Check
from expectations.promises.roads import roads_that_differ

PROMISES = [
    Check(
        rule="stock.open_positions",
        subject="core.fct_stock_positions",
        words="A store's open positions hold the units and pieces of its newest snapshot.",
        broken_by=roads_that_differ(
            """
            select store_id, sum(quantity) as units, count(*) as pieces
            from core.fct_stock_positions where to_date is null group by store_id
            """,
            """
            select snapshots.store_id, sum(quantity) as units, count(*) as pieces
            from staging.stg_stock_snapshots as snapshots
            inner join (
                select store_id, max(business_date) as newest_day
                from quality.file_scopes
                where dataset = 'stock_snapshots' and is_current
                group by store_id
            ) as newest
                on newest.store_id = snapshots.store_id
                and newest.newest_day = snapshots.business_date
            group by snapshots.store_id
            """,
            on=("store_id",),
            measures=("units", "pieces"),
        ),
    ),
    Check(
        rule="stock.dates_in_order",
        subject="core.fct_stock_positions",
        words="No position ends before it begins.",
        broken_by="""
            select store_id, location, item_id, serial_number, from_date, to_date
            from core.fct_stock_positions where to_date < from_date
        """,
    ),
    Check(
        rule="stock.one_position_at_a_time",
        subject="core.fct_stock_positions",
        words="A piece in a place has one position at a time.",
        broken_by="""
            select store_id, location, item_id, serial_number, from_date, to_date, next_from_date
            from (
                select *, lead(from_date) over (
                    partition by store_id, location, item_id, serial_number order by from_date
                ) as next_from_date
                from core.fct_stock_positions
            ) as positions
            where next_from_date <= coalesce(to_date, date '9999-12-31')
        """,
    ),
    Check(
        rule="stock.movements_of_staging",
        subject="core.fct_stock_movements",
        words="Every current stock movement is among the movements, once, unchanged.",
        broken_by=roads_that_differ(
            """
            select store_id, business_date, count(*) as movements, sum(quantity) as units
            from core.fct_stock_movements group by store_id, business_date
            """,
            """
            select store_id, business_date, count(*) as movements, sum(quantity) as units
            from staging.stg_stock_movements group by store_id, business_date
            """,
            on=("store_id", "business_date"),
            measures=("movements", "units"),
        ),
    ),
]
