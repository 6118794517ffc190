with deliveries as (

    select * from {{ ref('deliveries') }}
    where received_at is not null

),

versions as (

    select * from {{ ref('int_back_dated') }}

),

thresholds as (

    select * from {{ ref('int_thresholds') }}

),

final as (

    select
        'F11' as check_id,
        deliveries.store_id,
        deliveries.business_date,
        deliveries.dataset || ' late' as subject,
        cast(null as string) as transaction_id,
        0 as expected_value,
        deliveries.minutes_late as actual_value,
        replace(deliveries.dataset, '_', ' ') || ' came after it was due, by so many minutes' as note,
        deliveries.file_id as _file_id,
        cast(null as bigint) as _line_no
    from deliveries
    inner join thresholds as patience
        on {{ limit_of('patience', 'F11_late_minutes', 'deliveries.business_date') }}
    where deliveries.minutes_late > patience.value
    union all
    select
        'F11' as check_id,
        store_id,
        business_date,
        dataset || coalesce(' ' || scope_part, '') || ' ' || delivery_id as subject,
        cast(null as string) as transaction_id,
        0 as expected_value,
        days_after_close as actual_value,
        replace(dataset, '_', ' ') || ' came for a month already closed, by so many days' as note,
        file_id as _file_id,
        cast(null as bigint) as _line_no
    from versions

)

select * from final
