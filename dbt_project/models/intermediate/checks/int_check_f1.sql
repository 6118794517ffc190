with deliveries as (

    select
        *,
        received_at is not null as is_received
    from {{ ref('deliveries') }}
    where blocks_day

),

final as (

    select
        'F1' as check_id,
        store_id,
        business_date,
        cast(null as string) as severity,
        count(*) as expected_value,
        sum(case when is_received then 1 else 0 end) as actual_value,
        {{ text_list(
            "case when not is_received then replace(dataset, '_', ' ') || ' ' || status end"
        ) }} as detail
    from deliveries
    where is_received or status in ('late', 'missing')
    group by store_id, business_date

)

select * from final
