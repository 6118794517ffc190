with transfer_lines as (

    select * from {{ ref('int_transfer_lines') }}

),

clock as (

    select * from {{ ref('int_stock_clock') }}

),

valued as (

    select
        *,
        cast(received_units * line_unit_cost as decimal(18, 2)) as received_cost,
        cast(rejected_units * line_unit_cost as decimal(18, 2)) as rejected_cost,
        cast(short_units * line_unit_cost as decimal(18, 2)) as short_cost,
        cast(in_transit_units * line_unit_cost as decimal(18, 2)) as in_transit_cost,
        cast(over_received_units * line_unit_cost as decimal(18, 2)) as over_received_cost
    from transfer_lines

),

added as (

    select
        transfer_id,
        is_numbered,
        sender_store_id,
        receiver_store_id,
        min(received_elsewhere_by) as received_elsewhere_by,
        min(booked_by_store_id) as booked_by_store_id,
        min(document_id) as document_id,
        min(shipped_at) as shipped_at,
        min(shipped_on) as shipped_on,
        min(first_received_at) as first_received_at,
        max(last_received_on) as last_received_on,
        max(expected_on) as expected_on,
        max(carrier) as carrier,
        max(tracking_number) as tracking_number,
        count(*) as transfer_lines,
        sum(shipped_units) as shipped_units,
        sum(received_units) as received_units,
        sum(rejected_units) as rejected_units,
        sum(short_units) as short_units,
        sum(in_transit_units) as in_transit_units,
        sum(over_received_units) as over_received_units,
        sum(received_cost) as received_cost,
        sum(rejected_cost) as rejected_cost,
        sum(short_cost) as short_cost,
        sum(in_transit_cost) as in_transit_cost,
        sum(over_received_cost) as over_received_cost
    from valued
    group by transfer_id, is_numbered, sender_store_id, receiver_store_id

),

final as (

    select
        added.transfer_id,
        added.is_numbered,
        added.document_id,
        added.booked_by_store_id,
        added.sender_store_id,
        added.receiver_store_id,
        added.received_elsewhere_by,
        case
            when added.shipped_units = 0 and added.received_units > 0
                then 'received_without_dispatch'
            when added.shipped_units = 0 then 'cancelled'
            when added.over_received_units > 0 and added.in_transit_units > 0
                then 'received_other_goods'
            when added.over_received_units > 0 then 'received_more'
            when added.in_transit_units = added.shipped_units then 'in_transit'
            when added.in_transit_units > 0 then 'partly_received'
            when added.rejected_units = added.shipped_units then 'rejected'
            when added.short_units > 0 then 'received_short'
            when added.rejected_units > 0 then 'partly_rejected'
            else 'received'
        end as status,
        coalesce(added.first_received_at < added.shipped_at, false) as is_received_before_shipped,
        added.shipped_at,
        added.shipped_on,
        added.expected_on,
        added.first_received_at,
        added.last_received_on,
        added.carrier,
        added.tracking_number,
        cast(added.transfer_lines as integer) as transfer_lines,
        cast(added.shipped_units as decimal(18, 3)) as shipped_units,
        cast(added.received_units as decimal(18, 3)) as received_units,
        cast(added.short_units as decimal(18, 3)) as short_units,
        cast(added.rejected_units as decimal(18, 3)) as rejected_units,
        cast(added.in_transit_units as decimal(18, 3)) as in_transit_units,
        cast(added.over_received_units as decimal(18, 3)) as over_received_units,
        -- The parts, each to the cent, make the whole: so the account of a transfer is exact.
        cast(
            added.received_cost + added.short_cost + added.rejected_cost + added.in_transit_cost
            - added.over_received_cost as decimal(18, 2)
        ) as shipped_cost,
        cast(added.received_cost as decimal(18, 2)) as received_cost,
        cast(added.short_cost as decimal(18, 2)) as short_cost,
        cast(added.rejected_cost as decimal(18, 2)) as rejected_cost,
        cast(added.in_transit_cost as decimal(18, 2)) as in_transit_cost,
        cast(added.over_received_cost as decimal(18, 2)) as over_received_cost,
        clock.currency
    from added
    left join clock on coalesce(added.sender_store_id, added.receiver_store_id) = clock.store_id

)

select * from final
