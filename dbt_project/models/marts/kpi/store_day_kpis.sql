with delivered as (

    select store_id, business_date
    from {{ ref('int_received') }}
    where dataset = 'sales_lines'

),

receipts as (

    select * from {{ ref('int_store_day_receipts') }}

),

sales as (

    select
        store_id,
        business_date,
        sum(gross_sales) as gross_sales,
        sum(discounts) as discounts,
        sum(returns) as returns,
        sum(net_sales) as net_sales,
        sum(distance_net_sales) as distance_net_sales,
        sum(cost_of_sales) as cost_of_sales,
        sum(costed_net_sales) as costed_net_sales,
        sum(units_sold) as units_sold,
        sum(units_returned) as units_returned
    from {{ ref('int_category_days') }}
    group by store_id, business_date

),

clients as (

    select
        store_id,
        business_date,
        count(*) as identified_transactions,
        sum(case when purchase_no = 1 then 1 else 0 end) as new_clients
    from {{ ref('fct_client_purchases') }}
    group by store_id, business_date

),

traffic as (

    select
        store_id,
        business_date,
        sum(visitors) as visitors
    from {{ ref('fct_store_traffic') }}
    group by store_id, business_date

),

targets as (

    select * from {{ ref('fct_daily_targets') }}

),

comparable as (

    select * from {{ ref('int_comparable_days') }}

),

stores as (

    select * from {{ ref('int_stores') }}

),

final as (

    select
        delivered.store_id,
        delivered.business_date,
        coalesce(stores.currency, receipts.currency) as currency,
        cast(coalesce(sales.gross_sales, 0) as decimal(18, 2)) as gross_sales,
        cast(coalesce(sales.discounts, 0) as decimal(18, 2)) as discounts,
        cast(coalesce(sales.returns, 0) as decimal(18, 2)) as returns,
        cast(coalesce(sales.net_sales, 0) as decimal(18, 2)) as net_sales,
        cast(coalesce(receipts.service_sales, 0) as decimal(18, 2)) as service_sales,
        cast(coalesce(sales.distance_net_sales, 0) as decimal(18, 2)) as distance_net_sales,
        cast(coalesce(sales.cost_of_sales, 0) as decimal(18, 2)) as cost_of_sales,
        cast(coalesce(sales.costed_net_sales, 0) as decimal(18, 2)) as costed_net_sales,
        cast(coalesce(sales.units_sold, 0) as decimal(18, 3)) as units_sold,
        cast(coalesce(sales.units_returned, 0) as decimal(18, 3)) as units_returned,
        cast(coalesce(receipts.transactions, 0) as integer) as transactions,
        cast(coalesce(receipts.return_transactions, 0) as integer) as return_transactions,
        cast(traffic.visitors as integer) as visitors,
        cast(coalesce(clients.identified_transactions, 0) as integer) as identified_transactions,
        cast(coalesce(clients.new_clients, 0) as integer) as new_clients,
        case when traffic.visitors > 0 then cast(coalesce(receipts.transactions, 0) as integer) end
            as counted_transactions,
        targets.target_net_sales,
        case
            when targets.target_net_sales is not null
                then cast(coalesce(sales.net_sales, 0) as decimal(18, 2))
        end as targeted_net_sales,
        coalesce(comparable.is_comparable, false) as is_comparable
    from delivered
    left join receipts
        on delivered.store_id = receipts.store_id
        and delivered.business_date = receipts.business_date
    left join sales
        on delivered.store_id = sales.store_id
        and delivered.business_date = sales.business_date
    left join clients
        on delivered.store_id = clients.store_id
        and delivered.business_date = clients.business_date
    left join traffic
        on delivered.store_id = traffic.store_id
        and delivered.business_date = traffic.business_date
    left join targets
        on delivered.store_id = targets.store_id
        and delivered.business_date = targets.business_date
    left join comparable
        on delivered.store_id = comparable.store_id
        and delivered.business_date = comparable.business_date
    left join stores on delivered.store_id = stores.store_id

)

select * from final
