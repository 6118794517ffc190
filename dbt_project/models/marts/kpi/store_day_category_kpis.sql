with categories as (

    select * from {{ ref('int_category_days') }}

),

stores as (

    select * from {{ ref('int_stores') }}

),

comparable as (

    select * from {{ ref('int_comparable_days') }}

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
        categories.units_returned,
        coalesce(comparable.is_comparable, false) as is_comparable
    from categories
    left join stores on categories.store_id = stores.store_id
    left join comparable
        on categories.store_id = comparable.store_id
        and categories.business_date = comparable.business_date

)

select * from final
