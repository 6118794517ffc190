with days as (

    select * from {{ ref('int_received_days') }}
    where has_sales

),

receipts as (

    select * from {{ ref('int_store_day_receipts') }}

),

gaps as (

    select
        store_id,
        business_date,
        sum(actual_value) as missing_count,
        {{ text_list('subject') }} as detail
    from {{ ref('int_findings_f4') }}
    group by store_id, business_date

),

-- Where a source gives no numbers there is nothing to miss.
final as (

    select
        'F4' as check_id,
        days.store_id,
        days.business_date,
        cast(null as string) as severity,
        0 as expected_value,
        coalesce(gaps.missing_count, 0) as actual_value,
        gaps.detail
    from days
    left join gaps
        on days.store_id = gaps.store_id
        and days.business_date = gaps.business_date
    left join receipts
        on days.store_id = receipts.store_id
        and days.business_date = receipts.business_date
    where receipts.numbered_receipts > 0 or gaps.store_id is not null

)

select * from final
