with days as (

    select * from {{ ref('int_quiet_days') }}
    where is_quiet

),

faults as (

    select
        store_id, business_date, 'closing' as subject,
        0 as expected_value, busy_closings as actual_value,
        case
            when has_no_closing then 'no receipts, and no till was closed'
            else 'no receipts, but tills were closed that counted some'
        end as note
    from days
    where has_no_closing or busy_closings > 0
    union all
    select
        store_id, business_date, 'visitors' as subject,
        1 as expected_value, visitors as actual_value,
        'no receipts, and nobody came in' as note
    from days
    where has_traffic and visitors = 0

),

final as (

    select
        'F19' as check_id,
        store_id,
        business_date,
        subject,
        cast(null as string) as transaction_id,
        expected_value,
        actual_value,
        note,
        cast(null as string) as _file_id,
        cast(null as bigint) as _line_no
    from faults

)

select * from final
