with lines as (

    select * from {{ ref('int_discrepant_lines') }}
    where side in ('short', 'over')

),

events as (

    select * from {{ ref('int_stock_events') }}
    where movement_type in ('consignment_out', 'repair_out')

),

memos as (

    select
        'open_memo' as evidence,
        'consignments' as dataset,
        'consignment_out' as movement_type,
        consignment_id as document_id,
        store_id,
        item_id,
        serial_number,
        out_on,
        returned_on,
        _file_id,
        _line_no
    from {{ ref('fct_consignments') }}

),

orders as (

    select
        case when owner = 'client' then 'in_care' else 'open_order' end as evidence,
        'repairs' as dataset,
        'repair_out' as movement_type,
        repair_id as document_id,
        store_id,
        item_id,
        serial_number,
        case when owner = 'client' then received_on else coalesce(sent_on, received_on) end
            as out_on,
        case when owner = 'client' then collected_on else returned_on end as returned_on,
        _file_id,
        _line_no
    from {{ ref('fct_repairs') }}

),

papers as (

    select * from memos
    union all
    select * from orders

),

-- Whether the book knows that the goods left on this paper.
booked as (

    select distinct papers.dataset, papers.document_id
    from papers
    inner join events
        on papers.store_id = events.store_id
        and papers.movement_type = events.movement_type
        and {{ same_goods('papers', 'events') }}
        and events.business_date between {{ add_days('papers.out_on', -1) }}
        and {{ add_days('papers.out_on', 3) }}

),

final as (

    select
        lines.discrepancy_id,
        papers.evidence,
        cast(1 as decimal(18, 3)) as units,
        papers.out_on as occurred_on,
        papers.dataset,
        papers.document_id,
        cast(null as integer) as line_number,
        papers._file_id,
        papers._line_no,
        case papers.evidence
            when 'open_memo' then 'Memo '
            when 'in_care' then 'Care-service order of a client '
            else 'Repair order '
        end || papers.document_id || ' of ' || cast(papers.out_on as string)
        || ' was open at the count'
        || case
            when papers.evidence = 'in_care' then ': the piece is not ours.'
            when booked.document_id is null then ' and had posted no movement.'
            else '; the book had the piece away.'
        end as sentence
    from lines
    inner join papers
        on lines.store_id = papers.store_id
        and lines.serial_number is not distinct from papers.serial_number
        and (lines.item_id = papers.item_id or lines.serial_number is not null)
        and papers.out_on <= lines.counted_on
        and coalesce(papers.returned_on, date '9999-12-31') > lines.counted_on
    left join booked
        on papers.dataset = booked.dataset and papers.document_id = booked.document_id
    where (lines.side = 'short' and papers.evidence <> 'in_care' and booked.document_id is null)
        or (lines.side = 'over' and papers.evidence = 'in_care')
        or (lines.side = 'over' and booked.document_id is not null)

)

select * from final
