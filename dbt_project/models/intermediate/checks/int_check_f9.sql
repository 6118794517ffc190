with differences as (

    select * from {{ ref('int_drawer_differences') }}

),

final as (

    select
        'F9' as check_id,
        store_id,
        business_date,
        case when bool_or(is_investigated) then 'error' end as severity,
        0 as expected_value,
        sum(case when is_noted then 1 else 0 end) as actual_value,
        {{ text_list('case when is_noted then subject end') }} as detail
    from differences
    group by store_id, business_date

)

select * from final
