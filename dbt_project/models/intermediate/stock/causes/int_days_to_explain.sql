with causes as (

    select * from {{ ref('int_discrepancy_causes') }}
    where explained_on is not null and status <> 'counted_again'

),

dates as (

    select * from {{ ref('dim_dates') }}

),

ranked as (

    select
        causes.store_id,
        dates.retail_year,
        dates.retail_period,
        causes.days_to_explain,
        row_number() over (
            partition by causes.store_id, dates.retail_year, dates.retail_period
            order by causes.days_to_explain
        ) as place,
        count(*) over (
            partition by causes.store_id, dates.retail_year, dates.retail_period
        ) as findings
    from causes
    inner join dates on causes.first_seen_on = dates.calendar_date

),

-- The one in the middle, or the two there of an even number.
final as (

    select
        store_id,
        retail_year,
        retail_period,
        max(findings) as findings,
        {{ share('sum(days_to_explain)', 'count(*)', 1) }} as median_days
    from ranked
    where 2 * place between findings and findings + 2
    group by store_id, retail_year, retail_period

)

select * from final
