{{
    config(
        materialized='incremental',
        incremental_strategy='replace_store_days',
        partition_by='business_date',
    )
}}

with lines as (

    select
        *,
        case when not is_return then gross_amount else 0 end as sold_gross,
        case when not is_return then gross_amount - net_amount else 0 end as discount,
        case when is_return then -net_amount else 0 end as returned,
        case when sale_channel = 'distance' then net_amount else 0 end as distance_net
    from {{ touched(ref('int_sales_lines')) }}
    where is_net_sale

),

final as (

    select
        store_id,
        business_date,
        category,
        max(currency) as currency,
        cast(sum(sold_gross) as decimal(18, 2)) as gross_sales,
        cast(sum(discount) as decimal(18, 2)) as discounts,
        cast(sum(returned) as decimal(18, 2)) as returns,
        cast(sum(net_amount) as decimal(18, 2)) as net_sales,
        cast(sum(distance_net) as decimal(18, 2)) as distance_net_sales,
        cast(coalesce(sum(cost_amount), 0) as decimal(18, 2)) as cost_of_sales,
        cast(
            sum(case when cost_amount is null then 0 else net_amount end) as decimal(18, 2)
        ) as costed_net_sales,
        cast(sum(case when is_return then 0 else quantity end) as decimal(18, 3)) as units_sold,
        cast(sum(case when is_return then -quantity else 0 end) as decimal(18, 3)) as units_returned
    from lines
    group by store_id, business_date, category

)

select * from final
