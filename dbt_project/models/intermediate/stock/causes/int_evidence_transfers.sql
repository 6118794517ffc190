with lines as (

    select * from {{ ref('int_discrepant_lines') }}
    where level = 'item' and side = 'over'

),

movements as (

    select * from {{ ref('fct_stock_movements') }}
    where serial_number is null
        and movement_type in ('transfer_out', 'return_to_hq', 'transfer_in')

),

-- What was due by the day of the count, here or in another store.
sent as (

    select
        lines.discrepancy_id,
        lines.book_at,
        lines.store_id = movements.counterpart_store_id as is_for_here,
        movements.*
    from lines
    inner join movements
        on lines.item_id = movements.item_id
        and lines.store_id <> movements.store_id
        and movements.movement_type <> 'transfer_in'
        and movements.posted_at <= lines.book_at
        and movements.posted_at > coalesce(lines.agreed_at, timestamp '1900-01-01 00:00:00')
        and coalesce(movements.expected_on, lines.counted_on) <= lines.counted_on

),

received as (

    select
        sent.discrepancy_id,
        sent.document_id,
        sent.line_number,
        sum(movements.quantity) as units
    from sent
    inner join movements
        on sent.transfer_id = movements.transfer_id
        and sent.item_id = movements.item_id
        and movements.movement_type = 'transfer_in'
        and (movements.posted_at <= sent.book_at or not sent.is_for_here)
    group by sent.discrepancy_id, sent.document_id, sent.line_number

),

final as (

    select
        {{ evidence_of(
            'lines', "case when lines.is_for_here then 'in_transit' else 'sent_elsewhere' end", '-lines.quantity - coalesce(received.units, 0)',
            'lines.business_date', 'stock_movements', 'lines.document_id',
            "'Transfer ' || coalesce(lines.transfer_id, lines.document_id) || ' from '"
            ~ " || lines.store_id || ' to ' || lines.counterpart_store_id || ' of '"
            ~ " || cast(lines.business_date as string) || ' was not received.'",
            'lines.line_number'
        ) }}
    from sent as lines
    left join received
        on lines.discrepancy_id = received.discrepancy_id
        and lines.document_id = received.document_id
        and lines.line_number = received.line_number
    where -lines.quantity > coalesce(received.units, 0)

)

select * from final
