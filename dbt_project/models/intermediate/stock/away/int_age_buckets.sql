with buckets as (

    select * from {{ ref('stock_age_buckets') }}

),

final as (

    select
        object,
        label,
        lower_bound,
        coalesce(
            lead(lower_bound) over (partition by object order by lower_bound), 2147483647
        ) as upper_bound
    from buckets

)

select * from final
