with days as (

    select * from {{ ref('int_received_days') }}
    where has_sales and has_closings

),

calendar as (

    select * from {{ ref('int_store_calendar') }}
    where is_open

),

receipts as (

    select * from {{ ref('int_store_day_receipts') }}

),

closings as (

    select
        store_id,
        business_date,
        sum(case when coalesce(transaction_count, 0) > 0 then 1 else 0 end) as busy_closings
    from {{ ref('int_closings') }}
    group by store_id, business_date

),

visits as (

    select
        store_id,
        business_date,
        sum(visitors) as visitors
    from {{ ref('fct_store_traffic') }}
    group by store_id, business_date

),

final as (

    select
        days.store_id,
        days.business_date,
        receipts.store_id is null as is_quiet,
        closings.store_id is null as has_no_closing,
        coalesce(closings.busy_closings, 0) as busy_closings,
        days.has_traffic,
        coalesce(visits.visitors, 0) as visitors
    from days
    inner join calendar
        on days.store_id = calendar.store_id
        and days.business_date = calendar.business_date
    left join receipts
        on days.store_id = receipts.store_id
        and days.business_date = receipts.business_date
    left join closings
        on days.store_id = closings.store_id
        and days.business_date = closings.business_date
    left join visits
        on days.store_id = visits.store_id
        and days.business_date = visits.business_date

)

select * from final
