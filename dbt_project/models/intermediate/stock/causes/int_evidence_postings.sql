with lines as (

    select * from {{ ref('int_discrepant_lines') }}
    where side in ('short', 'over')

),

events as (

    select * from {{ ref('int_stock_events') }}

),

receipts as (

    select transaction_id, store_id, min(sold_at) as sold_at
    from {{ ref('fct_sales_lines') }}
    group by transaction_id, store_id

),

-- What was posted after the moment the book is of, and sets it right.
posted_later as (

    select
        lines.discrepancy_id,
        events.*,
        case
            when events.movement_type = 'write_off' then 'write_off'
            when events.movement_type in ('count_adjustment', 'adjustment') then 'adjusted_off'
            when events.business_date > lines.counted_on then 'later_receipt'
            else 'late_posting'
        end as evidence
    from lines
    inner join events
        on lines.store_id = events.store_id
        and {{ same_goods('lines', 'events') }}
        and events.event_at > lines.book_at
        and lines.variance_units * events.quantity > 0
    left join receipts
        on events.source_transaction_id = receipts.transaction_id
        and events.store_id = receipts.store_id
    where events.movement_type <> 'reclass'
        and (
            events.movement_type in ('write_off', 'receipt', 'count_adjustment', 'adjustment')
            or events.business_date <= lines.counted_on
        )
        -- What was sold after the scan was posted in time.
        and coalesce(receipts.sold_at, lines.book_at) <= lines.book_at

),

final as (

    select
        {{ evidence_of(
            'lines', 'lines.evidence', 'abs(lines.quantity)', 'lines.business_date',
            'stock_movements', 'lines.document_id',
            "'Document ' || lines.document_id || ' (' || replace(lines.movement_type, '_', ' ')"
            ~ " || ') of ' || cast(lines.business_date as string)"
            ~ " || ' was posted after the count.'",
            'lines.line_number'
        ) }}
    from posted_later as lines

)

select * from final
