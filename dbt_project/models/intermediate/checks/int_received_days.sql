with received as (

    select * from {{ ref('int_received') }}

),

final as (

    select
        store_id,
        business_date,
        coalesce(bool_or(dataset = 'sales_lines'), false) as has_sales,
        coalesce(bool_or(dataset = 'tenders'), false) as has_tenders,
        coalesce(bool_or(dataset = 'till_closings'), false) as has_closings,
        coalesce(bool_or(dataset = 'store_traffic'), false) as has_traffic,
        coalesce(bool_or(dataset = 'stock_movements'), false) as has_movements,
        coalesce(bool_or(dataset = 'till_events'), false) as has_till_events,
        coalesce(bool_or(dataset = 'ledger_postings'), false) as has_ledger
    from received
    group by store_id, business_date

)

select * from final
