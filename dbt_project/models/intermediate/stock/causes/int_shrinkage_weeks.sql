with amounts as (

    select * from {{ ref('int_shrinkage_amounts') }}

),

sales as (

    select * from {{ ref('store_day_kpis') }}

),

positions as (

    select * from {{ ref('fct_stock_positions') }}
    where stock_status <> 'client_owned'

),

items as (

    select * from {{ ref('stg_items') }}

),

stores as (

    select * from {{ ref('int_stores') }}
    where first_delivered_on is not null

),

dates as (

    select * from {{ ref('dim_dates') }}

),

-- Every week of a store, from its first delivery on, so that a year is 52 rows.
weeks as (

    select
        stores.store_id,
        dates.week_start,
        min(dates.retail_year) as retail_year,
        min(dates.retail_period) as retail_period
    from stores
    inner join dates
        on dates.calendar_date
            between {{ add_days('stores.first_delivered_on', -6) }} and stores.last_delivered_on
    group by stores.store_id, dates.week_start
    having max(dates.calendar_date) >= min(stores.first_delivered_on)

),

lost as (

    select
        store_id,
        week_start,
        sum(units) as gross_units,
        sum(cost) as gross_cost,
        sum(retail) as gross_retail,
        sum(case when kind = 'explained' then cost else 0 end) as explained_cost,
        sum(case when kind = 'explained' then retail else 0 end) as explained_retail,
        sum(case when kind = 'known' then cost else 0 end) as known_cost,
        sum(case when kind = 'known' then retail else 0 end) as known_retail,
        sum(case when kind = 'unknown' then cost else 0 end) as unknown_cost,
        sum(case when kind = 'unknown' then retail else 0 end) as unknown_retail,
        sum(case when kind <> 'explained' then units else 0 end) as shrink_units
    from amounts
    group by store_id, week_start

),

sold as (

    select sales.store_id, dates.week_start, sum(sales.net_sales) as net_sales
    from sales
    inner join dates on sales.business_date = dates.calendar_date
    group by sales.store_id, dates.week_start

),

valued as (

    select
        positions.store_id,
        positions.from_date,
        positions.to_date,
        positions.quantity * coalesce({{ cost_known('positions', 'items', 'stores') }}, 0) as cost,
        positions.quantity * coalesce(
            case when items.currency = stores.currency then items.unit_retail_price end, 0
        ) as retail
    from positions
    inner join stores on positions.store_id = stores.store_id
    left join items on positions.item_id = items.item_id

),

-- What lies there at the end of a week is all that came less all that went until then.
changes as (

    select store_id, from_date as changed_on, cost, retail from valued
    union all
    select store_id, {{ add_days('to_date', 1) }} as changed_on, -cost as cost, -retail as retail
    from valued
    where to_date is not null

),

changed as (

    select
        changes.store_id,
        dates.week_start,
        sum(changes.cost) as cost,
        sum(changes.retail) as retail
    from changes
    inner join dates on changes.changed_on = dates.calendar_date
    group by changes.store_id, dates.week_start

),

joined as (

    select
        weeks.*,
        cast(coalesce(lost.gross_units, 0) as decimal(38, 3)) as gross_units,
        cast(coalesce(lost.gross_cost, 0) as decimal(38, 2)) as gross_cost,
        cast(coalesce(lost.gross_retail, 0) as decimal(38, 2)) as gross_retail,
        cast(coalesce(lost.explained_cost, 0) as decimal(38, 2)) as explained_cost,
        cast(coalesce(lost.explained_retail, 0) as decimal(38, 2)) as explained_retail,
        cast(coalesce(lost.known_cost, 0) as decimal(38, 2)) as known_cost,
        cast(coalesce(lost.known_retail, 0) as decimal(38, 2)) as known_retail,
        cast(coalesce(lost.unknown_cost, 0) as decimal(38, 2)) as unknown_cost,
        cast(coalesce(lost.unknown_retail, 0) as decimal(38, 2)) as unknown_retail,
        cast(coalesce(lost.shrink_units, 0) as decimal(38, 3)) as shrink_units,
        cast(coalesce(sold.net_sales, 0) as decimal(38, 2)) as net_sales,
        sum(coalesce(changed.cost, 0)) over (
            partition by weeks.store_id order by weeks.week_start
            rows between unbounded preceding and current row
        ) as stock_cost,
        sum(coalesce(changed.retail, 0)) over (
            partition by weeks.store_id order by weeks.week_start
            rows between unbounded preceding and current row
        ) as stock_retail
    from weeks
    left join lost on weeks.store_id = lost.store_id and weeks.week_start = lost.week_start
    left join sold on weeks.store_id = sold.store_id and weeks.week_start = sold.week_start
    left join changed
        on weeks.store_id = changed.store_id and weeks.week_start = changed.week_start

),

final as (

    select
        *,
        sum(known_cost + unknown_cost) over (
            partition by store_id order by week_start rows between 51 preceding and current row
        ) as trailing_shrink_cost,
        sum(known_retail + unknown_retail) over (
            partition by store_id order by week_start rows between 51 preceding and current row
        ) as trailing_shrink_retail,
        sum(net_sales) over (
            partition by store_id order by week_start rows between 51 preceding and current row
        ) as trailing_net_sales,
        sum(stock_cost) over (
            partition by store_id order by week_start rows between 51 preceding and current row
        ) as trailing_stock_cost,
        count(*) over (
            partition by store_id order by week_start rows between 51 preceding and current row
        ) as trailing_weeks
    from joined

)

select * from final
