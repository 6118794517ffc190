with received as (

    select * from {{ ref('int_received') }}
    where dataset in (select dataset from {{ ref('delivery_terms') }})

),

final as (

    select
        'F10' as check_id,
        store_id,
        business_date,
        cast(null as string) as severity,
        0 as expected_value,
        sum(rejected_count) as actual_value,
        {{ text_list("case when rejected_count > 0 then replace(dataset, '_', ' ') end") }} as detail
    from received
    group by store_id, business_date

)

select * from final
