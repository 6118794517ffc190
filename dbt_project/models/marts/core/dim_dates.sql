with days as (

    select
        calendar_date,
        cast(extract(year from calendar_date) as integer) as calendar_year,
        cast(extract(quarter from calendar_date) as integer) as calendar_quarter,
        cast(extract(month from calendar_date) as integer) as calendar_month,
        cast(extract(day from calendar_date) as integer) as day_of_month,
        cast({{ iso_weekday('calendar_date') }} as integer) as day_of_week,
        cast(date_trunc('month', calendar_date) as date) as month_start
    from {{ ref('int_days') }}

),

-- A retail year starts on the Sunday nearest the first of February.
first_of_february as (

    select
        calendar_year as retail_year,
        calendar_date,
        cast({{ days_since_sunday('calendar_date') }} as integer) as days_past_sunday
    from days
    where calendar_month = 2 and day_of_month = 1

),

retail_starts as (

    select
        retail_year,
        case
            when days_past_sunday <= 3 then {{ add_days('calendar_date', '-days_past_sunday') }}
            else {{ add_days('calendar_date', '7 - days_past_sunday') }}
        end as starts_on
    from first_of_february

),

retail_years as (

    select
        retail_year,
        starts_on,
        lead(starts_on) over (order by retail_year) as ends_before,
        cast(
            {{ days_between('starts_on', 'lead(starts_on) over (order by retail_year)') }}
            as integer
        ) as days_in_year
    from retail_starts

),

weeks as (

    select
        days.*,
        retail_years.retail_year,
        retail_years.starts_on,
        cast(
            floor({{ days_between('retail_years.starts_on', 'days.calendar_date') }} / 7)
            as integer
        ) + 1 as retail_week,
        coalesce(previous.days_in_year, 364) = 371 as follows_long_year
    from days
    inner join retail_years
        on days.calendar_date >= retail_years.starts_on
        and days.calendar_date < coalesce(retail_years.ends_before, date '9999-12-31')
    left join retail_years as previous
        on retail_years.retail_year = previous.retail_year + 1

),

-- Quarters of 4, 5 and 4 weeks; a 53rd week belongs to the last period.
periods as (

    select
        *,
        case
            when retail_week > 52 then 12
            else
                3 * cast(floor((retail_week - 1) / 13) as integer)
                + case
                    when (retail_week - 1) % 13 < 4 then 1
                    when (retail_week - 1) % 13 < 9 then 2
                    else 3
                end
        end as retail_period
    from weeks

),

final as (

    select
        calendar_date,
        calendar_year,
        calendar_quarter,
        calendar_month,
        day_of_month,
        day_of_week,
        month_start,
        {{ add_days('calendar_date', '-' ~ days_since_sunday('calendar_date')) }} as week_start,
        cast(retail_year as integer) as retail_year,
        cast(ceil(retail_period / 3.0) as integer) as retail_quarter,
        cast(retail_period as integer) as retail_period,
        cast(retail_week as integer) as retail_week,
        -- Week 53 has no week to compare with.
        case
            when retail_week = 53 then null
            when follows_long_year then {{ add_days('calendar_date', -371) }}
            else {{ add_days('calendar_date', -364) }}
        end as ly_date_fiscal,
        case when retail_week < 53 then {{ add_days('calendar_date', -364) }} end
            as ly_date_restated,
        {{ add_days('calendar_date', -364) }} as ly_same_weekday,
        cast(
            calendar_year
            + case
                when {{ var('fiscal_year_first_month') }} > 1
                    and calendar_month >= {{ var('fiscal_year_first_month') }} then 1
                else 0
            end as integer
        ) as fiscal_year,
        cast((calendar_month - {{ var('fiscal_year_first_month') }} + 12) % 12 + 1 as integer)
            as fiscal_month
    from periods

)

select * from final
