with months as (

    select
        *,
        cast(date_trunc('year', month) as date) as year
    from {{ ref('int_shipped_months') }}

),

years as (

    select
        ship_to_state,
        year,
        cast(sum(net_sales) as decimal(18, 2)) as net_sales,
        sum(transactions) as transactions
    from months
    group by ship_to_state, year

),

final as (

    select
        months.ship_to_state,
        months.month,
        months.net_sales,
        months.transactions,
        cast(sum(months.net_sales) over last_twelve as decimal(18, 2)) as twelve_months_sales,
        sum(months.transactions) over last_twelve as twelve_months_transactions,
        cast(sum(months.net_sales) over this_year as decimal(18, 2)) as year_to_date_sales,
        sum(months.transactions) over this_year as year_to_date_transactions,
        coalesce(years.net_sales, 0) as previous_year_sales,
        coalesce(years.transactions, 0) as previous_year_transactions
    from months
    left join years
        on months.ship_to_state = years.ship_to_state
        and years.year = {{ add_months('months.year', -12) }}
    window
        last_twelve as (
            partition by months.ship_to_state
            order by months.month
            rows between 11 preceding and current row
        ),
        this_year as (
            partition by months.ship_to_state, months.year
            order by months.month
            rows between unbounded preceding and current row
        )

)

select * from final
