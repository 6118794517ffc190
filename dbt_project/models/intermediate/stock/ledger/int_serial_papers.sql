{#-
    Memos and care orders name days. Goods are taken to go at the end of one and to be back at the
    start of one: a sale or a scan of that day is then never held against them.
-#}
{%- set steps = [
    ('consignments', 'consignment_id', 'consignment_out', 'out_on', '23:00:00'),
    ('consignments', 'consignment_id', 'consignment_return', 'returned_on', '00:01:00'),
    ('repairs', 'repair_id', 'repair_in', 'received_on', '23:00:00'),
    ('repairs', 'repair_id', 'repair_out', 'sent_on', '23:01:00'),
    ('repairs', 'repair_id', 'repair_return', 'returned_on', '00:01:00'),
    ('repairs', 'repair_id', 'repair_collected', 'collected_on', '23:02:00'),
] -%}
with stores as (

    select * from {{ ref('int_stores') }}

),

papers as (

    {% for dataset, key, event_type, day, local_time in steps -%}
    select
        serial_number,
        item_id,
        store_id,
        {{ key }} as document_id,
        '{{ dataset }}' as source,
        '{{ event_type }}' as event_type,
        {{ day }} as business_date,
        '{{ local_time }}' as local_time,
        {{ "owner = 'house'" if dataset == 'repairs' else 'true' }} as is_ours,
        _file_id,
        _line_no
    from {{ ref('fct_' ~ dataset) }}
    where serial_number is not null and {{ day }} is not null
    {% if not loop.last -%}
    union all
    {% endif -%}
    {%- endfor %}

),

final as (

    select
        papers.serial_number,
        papers.source,
        papers.document_id || '|' || papers.event_type as event_id,
        papers.event_type,
        {{ local_to_utc(
            "cast(cast(papers.business_date as string) || ' ' || papers.local_time as timestamp)",
            "coalesce(stores.time_zone, 'UTC')"
        ) }} as event_at,
        false as is_moment_known,
        papers.business_date,
        papers.item_id,
        papers.store_id,
        cast(null as string) as location,
        cast(null as string) as counterpart_store_id,
        cast(null as decimal(18, 3)) as quantity,
        cast(null as string) as stock_status,
        case
            when papers.event_type = 'consignment_out' then 'on_consignment'
            when papers.event_type = 'repair_out' then 'in_repair'
            when papers.event_type = 'repair_collected' and not papers.is_ours then 'client'
            else 'store'
        end as place_told,
        papers.is_ours as is_owned_told,
        papers.document_id,
        cast(null as integer) as line_number,
        cast(null as string) as transfer_id,
        cast(null as string) as transaction_id,
        papers._file_id,
        papers._line_no
    from papers
    left join stores on papers.store_id = stores.store_id

)

select * from final
