"""Goods that are away: every transfer adds up, every open thing is open, every alarm says why."""

from __future__ import annotations

from expectations.checks import Check
from expectations.promises.finance import one_of
from expectations.promises.roads import roads_that_differ

TRANSFER_STATUSES = (
    "in_transit",
    "partly_received",
    "received",
    "received_short",
    "partly_rejected",
    "rejected",
    "received_more",
    "received_other_goods",
    "received_without_dispatch",
    "cancelled",
)
# Table and key of what may raise an alarm.
ALARMED = {
    "transfers_in_transit": "transit_id",
    "open_consignments": "consignment_id",
    "open_repairs": "repair_id",
    "reservations": "reservation_id",
    "supply_replenishment": "store_id, supply_item",
}


def says_why(table: str, key: str) -> Check:
    """An alarm nobody can read is no alarm, and a reason without one is not seen."""
    return Check(
        rule=f"{table}.alarm_says_why",
        subject=f"inventory.{table}",
        words=f"An alarm of inventory.{table} says why in words, and nothing else does.",
        broken_by=f"""
            select {key}, has_alarm, alarm_reason from inventory.{table}
            where has_alarm is distinct from (coalesce(alarm_reason, '') <> '')
        """,
    )


PROMISES = [
    *(says_why(table, key) for table, key in ALARMED.items()),
    one_of("transfers.status", "inventory.transfers", "status", TRANSFER_STATUSES, "transfer_id"),
    Check(
        rule="transfers.add_up",
        subject="inventory.transfers",
        words=(
            "What was sent, and what came too much, was received, is short, came back or is on the"
            " way: in units and at cost."
        ),
        broken_by="""
            select transfer_id, shipped_units, received_units, short_units, rejected_units,
                in_transit_units, over_received_units
            from inventory.transfers
            where shipped_units + over_received_units
                    <> received_units + short_units + rejected_units + in_transit_units
                or shipped_cost + over_received_cost
                    <> received_cost + short_cost + rejected_cost + in_transit_cost
        """,
    ),
    Check(
        rule="transfers.of_the_movements",
        subject="inventory.transfers",
        words="The units of each numbered transfer are those of the movements with its number.",
        broken_by=roads_that_differ(
            """
            select transfer_id, sum(shipped_units) as sent,
                sum(received_units + rejected_units + short_units) as arrived
            from inventory.transfers where is_numbered group by transfer_id
            """,
            """
            select transfer_id,
                sum(case when movement_type = 'transfer_in' then 0 else -quantity end) as sent,
                sum(case when movement_type = 'transfer_in' then quantity else 0 end) as arrived
            from core.fct_stock_movements
            where movement_type in ('transfer_out', 'transfer_in', 'return_to_hq')
                and transfer_id is not null
            group by transfer_id
            """,
            on=("transfer_id",),
            measures=("sent", "arrived"),
        ),
    ),
    Check(
        rule="transfers_in_transit.of_the_transfers",
        subject="inventory.transfers_in_transit",
        words="The open lines of a transfer are what it has in transit, in units and at cost.",
        broken_by=roads_that_differ(
            """
            select transfer_id, sum(in_transit_units) as units, sum(in_transit_cost) as cost
            from inventory.transfers_in_transit group by transfer_id
            """,
            """
            select transfer_id, in_transit_units as units, in_transit_cost as cost
            from inventory.transfers
            """,
            on=("transfer_id",),
            measures=("units", "cost"),
        ),
    ),
    Check(
        rule="transfers_in_transit.documented",
        subject="inventory.transfers_in_transit",
        words="Nothing is in transit without the document that sent it.",
        broken_by="""
            select transit_id, document_id, line_number
            from inventory.transfers_in_transit as travelling
            where not exists (
                select 1 from core.fct_stock_movements as movements
                where movements.store_id = travelling.sender_store_id
                    and movements.document_id = travelling.document_id
                    and movements.line_number = travelling.line_number
                    and movements.quantity < 0
            )
        """,
    ),
    Check(
        rule="open_consignments.exactly_those",
        subject="inventory.open_consignments",
        words="A memo is open as long as nobody said that its piece came back, and no longer.",
        broken_by="""
            select consignment_id, memos.out_on, memos.returned_on,
                open_memos.consignment_id is not null as is_open
            from core.fct_consignments as memos
            left join inventory.open_consignments as open_memos using (consignment_id)
            cross join staging.stg_clock as clock
            where open_memos.consignment_id is null
                    and memos.out_on < cast(clock.run_at as date) - interval 1 day
                    and (memos.returned_on is null or memos.returned_on < memos.out_on)
                or open_memos.consignment_id is not null
                    and memos.returned_on >= memos.out_on
                    and memos.returned_on < cast(clock.run_at as date) - interval 1 day
        """,
    ),
    Check(
        rule="open_repairs.clients_pieces_are_no_stock",
        subject="inventory.open_repairs",
        words="A client's piece is worth nothing to our stock; one that lies in it is an alarm.",
        broken_by="""
            select repair_id, owner, is_client_owned, owned_cost, owned_at_store_id, has_alarm
            from inventory.open_repairs
            where is_client_owned is distinct from (owner = 'client')
                or is_client_owned and owned_cost <> 0
                or owned_at_store_id is not null and not has_alarm
        """,
    ),
    Check(
        rule="repair_reconciliation.adds_up",
        subject="inventory.repair_reconciliation",
        words="Pieces here at the start and taken in are given out or here at the end.",
        broken_by="""
            select store_id, month, owner, opening_pieces, pieces_in, pieces_out, closing_pieces,
                residual_pieces
            from inventory.repair_reconciliation
            where residual_pieces <> 0
                or opening_pieces + pieces_in <> pieces_out + closing_pieces
        """,
    ),
    Check(
        rule="repair_reconciliation.goes_on",
        subject="inventory.repair_reconciliation",
        words="A month begins with the pieces the month before ended with.",
        broken_by="""
            select store_id, month, owner, opening_pieces, ended_before
            from (
                select *, lag(closing_pieces, 1, 0) over (
                    partition by store_id, owner order by month
                ) as ended_before
                from inventory.repair_reconciliation
            ) as months
            where opening_pieces is distinct from ended_before
        """,
    ),
    Check(
        rule="repair_reconciliation.ends_with_the_open_ones",
        subject="inventory.repair_reconciliation",
        words="The newest month ends with the orders that are open.",
        broken_by=roads_that_differ(
            """
            select store_id, owner, max_by(closing_pieces, month) as pieces
            from inventory.repair_reconciliation group by store_id, owner
            """,
            """
            select store_id, owner, count(*) as pieces
            from inventory.open_repairs group by store_id, owner
            """,
            on=("store_id", "owner"),
            measures=("pieces",),
        ),
    ),
    Check(
        rule="reservations.of_the_positions",
        subject="inventory.reservations",
        words="What is reserved is what the newest snapshots hold reserved.",
        broken_by=roads_that_differ(
            """
            select store_id, item_id, sum(reserved_units) as units
            from inventory.reservations group by store_id, item_id
            """,
            """
            select store_id, item_id, sum(quantity) as units
            from core.fct_stock_positions
            where stock_status = 'reserved' and to_date is null
            group by store_id, item_id
            """,
            on=("store_id", "item_id"),
            measures=("units",),
        ),
    ),
    Check(
        rule="supply_replenishment.newest_level",
        subject="inventory.supply_replenishment",
        words="Supplies are judged by the newest level there is.",
        broken_by="""
            select supplies.store_id, supply_item, level_on, levels.business_date as newer_level
            from inventory.supply_replenishment as supplies
            inner join core.fct_supply_levels as levels using (store_id, supply_item)
            cross join staging.stg_clock as clock
            where levels.business_date > level_on
                and levels.business_date < cast(clock.run_at as date)
        """,
    ),
]
