with rates as (

    select * from {{ ref('sales_tax_rates') }}

),

final as (

    select
        state,
        postal_prefix,
        rate as lowest_rate,
        cast(rate + highest_local_rate as decimal(9, 6)) as highest_rate,
        valid_from,
        coalesce(
            lead(valid_from) over (partition by state, postal_prefix order by valid_from),
            date '9999-12-31'
        ) as valid_before
    from rates

)

select * from final
