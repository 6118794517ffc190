with amounts as (

    select * from {{ ref('int_shrinkage_amounts') }}

),

dates as (

    select * from {{ ref('dim_dates') }}

),

stores as (

    select * from {{ ref('dim_stores') }}

),

periods as (

    select
        amounts.store_id,
        dates.retail_year,
        dates.retail_period,
        amounts.kind,
        amounts.cause,
        sum(amounts.units) as units,
        sum(amounts.cost) as cost,
        sum(amounts.retail) as retail
    from amounts
    inner join dates on amounts.week_start = dates.calendar_date
    group by
        amounts.store_id, dates.retail_year, dates.retail_period, amounts.kind, amounts.cause

),

-- Each cause takes its part off the gross difference; what nothing takes off is the unknown loss.
steps as (

    select
        store_id, retail_year, retail_period,
        1 as stage, 'gross_difference' as step,
        sum(units) as units, sum(cost) as cost, sum(retail) as retail
    from periods
    group by store_id, retail_year, retail_period
    union all
    select
        store_id, retail_year, retail_period,
        case when kind = 'explained' then 2 else 3 end as stage, cause as step,
        -units as units, -cost as cost, -retail as retail
    from periods
    where kind <> 'unknown'
    union all
    select
        store_id, retail_year, retail_period,
        4 as stage, 'unknown_loss' as step,
        sum(case when kind = 'unknown' then units else 0 end) as units,
        sum(case when kind = 'unknown' then cost else 0 end) as cost,
        sum(case when kind = 'unknown' then retail else 0 end) as retail
    from periods
    group by store_id, retail_year, retail_period

),

numbered as (

    select
        *,
        row_number() over (
            partition by store_id, retail_year, retail_period order by stage, step
        ) as step_no
    from steps

),

final as (

    select
        numbered.store_id || '|' || cast(numbered.retail_year as string) || '|'
        || cast(numbered.retail_period as string) || '|' || numbered.step as waterfall_id,
        numbered.store_id,
        numbered.retail_year,
        numbered.retail_period,
        cast(numbered.step_no as integer) as step_no,
        numbered.step,
        case numbered.stage
            when 1 then 'gross' when 2 then 'explained' when 3 then 'known' else 'unknown'
        end as kind,
        stores.currency,
        cast(numbered.units as decimal(18, 3)) as step_units,
        cast(numbered.cost as decimal(18, 2)) as step_cost,
        cast(numbered.retail as decimal(18, 2)) as step_retail
    from numbered
    left join stores on numbered.store_id = stores.store_id

)

select * from final
