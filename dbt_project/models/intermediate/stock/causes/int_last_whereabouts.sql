with lines as (

    select * from {{ ref('int_discrepant_lines') }}
    where level = 'serial' and side = 'over'

),

events as (

    select * from {{ ref('int_stock_events') }}

),

positions as (

    select * from {{ ref('fct_stock_positions') }}

),

-- A piece that was there from the start has no movement: the snapshots know it.
seen as (

    select
        lines.discrepancy_id as line_id,
        2 as weight,
        events.event_at as seen_at,
        events.business_date as seen_on,
        events.movement_type,
        events.store_id,
        events.counterpart_store_id,
        'stock_movements' as dataset,
        events.document_id,
        events.line_number,
        events._file_id,
        events._line_no
    from lines
    inner join events
        on lines.serial_number = events.serial_number and events.event_at <= lines.book_at
    union all
    select
        lines.discrepancy_id as line_id,
        case when positions.stock_status in ('on_consignment', 'in_repair') then 3 else 1 end
            as weight,
        cast(positions.from_date as timestamp) as seen_at,
        positions.from_date as seen_on,
        case positions.stock_status
            when 'on_consignment' then 'consignment_out'
            when 'in_repair' then 'repair_out'
            else 'snapshot'
        end as movement_type,
        positions.store_id,
        cast(null as string) as counterpart_store_id,
        'stock_snapshots' as dataset,
        positions.position_id as document_id,
        cast(null as integer) as line_number,
        positions._file_id,
        positions._line_no
    from lines
    inner join positions
        on lines.serial_number = positions.serial_number
        and positions.from_date < lines.counted_on
        -- Listed as away until the count; where it lay before, the movements tell better.
        and (
            positions.stock_status not in ('on_consignment', 'in_repair')
            or coalesce(positions.to_date, date '9999-12-31')
            >= {{ add_days('lines.counted_on', -1) }}
        )

),

numbered as (

    select
        *,
        row_number() over (
            partition by line_id
            order by weight desc, seen_at desc, document_id desc, line_number desc
        ) as last_no
    from seen

),

placed as (

    select
        lines.discrepancy_id,
        lines.finding_id,
        lines.counted_on,
        numbered.*,
        case
            when numbered.movement_type is null then 'never_seen'
            when numbered.movement_type = 'sale' then 'sold_before'
            when numbered.movement_type = 'consignment_out' then 'open_memo'
            when numbered.movement_type = 'repair_out' then 'open_order'
            when numbered.movement_type in ('transfer_out', 'return_to_hq')
                and numbered.counterpart_store_id = lines.store_id then 'in_transit'
            when numbered.movement_type in ('transfer_out', 'return_to_hq')
                or (
                    numbered.movement_type = 'transfer_in' and numbered.store_id <> lines.store_id
                ) then 'sent_elsewhere'
            when numbered.store_id <> lines.store_id then 'booked_elsewhere'
        end as evidence
    from lines
    left join numbered
        on lines.discrepancy_id = numbered.line_id and numbered.last_no = 1

),

final as (

    select
        discrepancy_id,
        finding_id,
        evidence,
        cast(1 as decimal(18, 3)) as units,
        coalesce(seen_on, counted_on) as occurred_on,
        coalesce(dataset, 'count_scans') as dataset,
        document_id,
        cast(line_number as integer) as line_number,
        _file_id,
        _line_no,
        case evidence
            when 'never_seen' then 'No document and no snapshot knows this serial number'
            when 'sold_before' then 'Sold by document '
            when 'open_memo' then 'Away on a memo by document '
            when 'open_order' then 'Away at the workshop by document '
            when 'in_transit' then 'Sent here and not received by document '
            when 'sent_elsewhere'
                then 'Sent to '
                    || case
                        when movement_type = 'transfer_in' then store_id
                        else coalesce(counterpart_store_id, 'another store')
                    end || ' by document '
            else 'Booked in ' || store_id || ' by document '
        end
        || case
            when evidence = 'never_seen' then '.'
            else document_id || ' of ' || cast(seen_on as string) || '.'
        end as sentence
    from placed
    where evidence is not null

)

select * from final
