with receipts as (

    select * from {{ ref('fct_sales_lines') }}
    where serial_number is not null and is_net_sale

),

final as (

    select
        serial_number,
        'sales_lines' as source,
        transaction_id || '|' || cast(line_number as string) as event_id,
        case when is_return then 'return_line' else 'sale_line' end as event_type,
        coalesce(sold_at, {{ add_hours('cast(business_date as timestamp)', 18) }}) as event_at,
        sold_at is not null as is_moment_known,
        business_date,
        item_id,
        store_id,
        cast(null as string) as location,
        cast(null as string) as counterpart_store_id,
        -quantity as quantity,
        cast(null as string) as stock_status,
        case when is_return then 'store' else 'client' end as place_told,
        is_return as is_owned_told,
        transaction_id as document_id,
        line_number,
        cast(null as string) as transfer_id,
        transaction_id,
        _file_id,
        _line_no
    from receipts

)

select * from final
