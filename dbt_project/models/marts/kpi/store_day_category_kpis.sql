with categories as (

    select * from {{ ref('int_category_days') }}

),

stores as (

    select * from {{ ref('int_stores') }}

),

final as (

    select
        categories.store_id,
        categories.business_date,
        categories.category,
        coalesce(stores.currency, categories.currency) as currency,
        categories.gross_sales,
        categories.discounts,
        categories.returns,
        categories.net_sales,
        categories.cost_of_sales,
        categories.costed_net_sales,
        categories.units_sold,
        categories.units_returned
    from categories
    left join stores on categories.store_id = stores.store_id

)

select * from final
