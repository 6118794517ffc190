with weeks as (

    select * from {{ ref('int_shrinkage_weeks') }}

),

stores as (

    select * from {{ ref('dim_stores') }}

),

explained as (

    select * from {{ ref('int_days_to_explain') }}

),

periods as (

    select
        store_id,
        retail_year,
        retail_period,
        min(week_start) as period_start,
        {{ add_days('max(week_start)', 6) }} as period_end,
        sum(gross_units) as gross_units,
        sum(gross_cost) as gross_cost,
        sum(gross_retail) as gross_retail,
        sum(explained_cost) as explained_cost,
        sum(explained_retail) as explained_retail,
        sum(known_cost) as known_cost,
        sum(known_retail) as known_retail,
        sum(unknown_cost) as unknown_cost,
        sum(unknown_retail) as unknown_retail,
        sum(shrink_units) as shrink_units,
        sum(known_cost + unknown_cost) as shrink_cost,
        sum(known_retail + unknown_retail) as shrink_retail,
        sum(net_sales) as net_sales,
        sum(stock_cost) as stock_cost_weeks,
        sum(stock_retail) as stock_retail_weeks,
        count(*) as weeks,
        max_by(trailing_shrink_cost, week_start) as trailing_shrink_cost,
        max_by(trailing_shrink_retail, week_start) as trailing_shrink_retail,
        max_by(trailing_net_sales, week_start) as trailing_net_sales,
        max_by(trailing_stock_cost, week_start) as trailing_stock_cost,
        max_by(trailing_weeks, week_start) as trailing_weeks
    from weeks
    group by store_id, retail_year, retail_period

),

averaged as (

    select
        *,
        {{ prorated('stock_cost_weeks', 1, 'weeks') }} as average_stock_cost,
        {{ prorated('stock_retail_weeks', 1, 'weeks') }} as average_stock_retail,
        {{ prorated('trailing_stock_cost', 1, 'trailing_weeks') }} as trailing_average_stock_cost
    from periods

),

final as (

    select
        averaged.store_id || '|' || cast(averaged.retail_year as string) || '|'
        || cast(averaged.retail_period as string) as shrinkage_id,
        averaged.store_id,
        averaged.retail_year,
        averaged.retail_period,
        averaged.period_start,
        averaged.period_end,
        cast(averaged.weeks as integer) as weeks,
        stores.currency,
        cast(averaged.gross_units as decimal(18, 3)) as gross_units,
        cast(averaged.gross_cost as decimal(18, 2)) as gross_cost,
        cast(averaged.gross_retail as decimal(18, 2)) as gross_retail,
        cast(averaged.explained_cost as decimal(18, 2)) as explained_cost,
        cast(averaged.explained_retail as decimal(18, 2)) as explained_retail,
        cast(averaged.known_cost as decimal(18, 2)) as known_cost,
        cast(averaged.known_retail as decimal(18, 2)) as known_retail,
        cast(averaged.unknown_cost as decimal(18, 2)) as unknown_cost,
        cast(averaged.unknown_retail as decimal(18, 2)) as unknown_retail,
        cast(averaged.shrink_units as decimal(18, 3)) as shrink_units,
        cast(averaged.shrink_cost as decimal(18, 2)) as shrink_cost,
        cast(averaged.shrink_retail as decimal(18, 2)) as shrink_retail,
        cast(averaged.net_sales as decimal(18, 2)) as net_sales,
        averaged.average_stock_cost,
        averaged.average_stock_retail,
        case when averaged.net_sales > 0 then {{ share('shrink_retail', 'net_sales') }} end
            as shrink_pct_of_sales,
        case when averaged.average_stock_cost > 0
            then {{ share('shrink_cost', 'average_stock_cost') }} end as shrink_pct_of_stock,
        cast(averaged.trailing_weeks as integer) as trailing_weeks,
        cast(averaged.trailing_shrink_cost as decimal(18, 2)) as trailing_shrink_cost,
        cast(averaged.trailing_shrink_retail as decimal(18, 2)) as trailing_shrink_retail,
        cast(averaged.trailing_net_sales as decimal(18, 2)) as trailing_net_sales,
        averaged.trailing_average_stock_cost,
        case when averaged.trailing_net_sales > 0
            then {{ share('trailing_shrink_retail', 'trailing_net_sales') }} end
            as trailing_shrink_pct_of_sales,
        case when averaged.trailing_average_stock_cost > 0
            then {{ share('trailing_shrink_cost', 'trailing_average_stock_cost') }} end
            as trailing_shrink_pct_of_stock,
        cast(coalesce(explained.findings, 0) as integer) as findings_explained,
        explained.median_days as median_days_to_explain
    from averaged
    left join stores on averaged.store_id = stores.store_id
    left join explained
        on averaged.store_id = explained.store_id
        and averaged.retail_year = explained.retail_year
        and averaged.retail_period = explained.retail_period

)

select * from final
