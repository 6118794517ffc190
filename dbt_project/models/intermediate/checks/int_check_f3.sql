with closings as (

    select * from {{ ref('int_closings') }}

),

final as (

    select
        'F3' as check_id,
        store_id,
        business_date,
        cast(null as string) as severity,
        count(*) as expected_value,
        sum(case when is_final then 1 else 0 end) as actual_value,
        {{ text_list("case when not is_final then register_id || ' Z ' || z_number end") }}
            as detail
    from closings
    group by store_id, business_date

)

select * from final
