with sales as (

    select
        *,
        cast(date_trunc('month', business_date) as date) as month
    from {{ ref('int_special_sales') }}
    where ship_to_state is not null and coalesce(upper(ship_to_country), 'US') in ('US', 'USA')

),

clock as (

    select * from {{ ref('stg_clock') }}

),

sold as (

    select
        ship_to_state,
        month,
        cast(sum(net_sales) as decimal(18, 2)) as net_sales,
        count(*) as transactions
    from sales
    group by ship_to_state, month

),

first_sales as (

    select
        ship_to_state,
        min(month) as first_month
    from sold
    group by ship_to_state

),

-- Months without a sale count too: what was sold a year ago still stands in their twelve months.
months as (

    select
        first_sales.ship_to_state,
        days.calendar_date as month
    from first_sales
    cross join clock
    inner join {{ ref('int_days') }} as days
        on days.calendar_date
        between first_sales.first_month and cast(clock.run_at as date)
    where days.calendar_date = cast(date_trunc('month', days.calendar_date) as date)

),

final as (

    select
        months.ship_to_state,
        months.month,
        coalesce(sold.net_sales, 0) as net_sales,
        coalesce(sold.transactions, 0) as transactions
    from months
    left join sold
        on months.ship_to_state = sold.ship_to_state
        and months.month = sold.month

)

select * from final
