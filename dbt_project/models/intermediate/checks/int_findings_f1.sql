with deliveries as (

    select * from {{ ref('deliveries') }}
    where blocks_day and status in ('late', 'missing')

),

final as (

    select
        'F1' as check_id,
        store_id,
        business_date,
        dataset as subject,
        cast(null as string) as transaction_id,
        1 as expected_value,
        0 as actual_value,
        replace(dataset, '_', ' ') || ' ' || status as note,
        cast(null as string) as _file_id,
        cast(null as bigint) as _line_no
    from deliveries

)

select * from final
