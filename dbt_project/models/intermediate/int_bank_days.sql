{{ config(materialized='table') }}

with days as (

    select
        calendar_date,
        {{ iso_weekday('calendar_date') }} as day_of_week,
        extract(month from calendar_date) as month,
        extract(day from calendar_date) as day_of_month,
        {{ last_of_month('calendar_date') }} as last_of_month,
        extract(month from {{ add_days('calendar_date', -1) }}) as month_of_eve,
        extract(day from {{ add_days('calendar_date', -1) }}) as eve
    from {{ ref('int_days') }}

),

holidays as (

    select * from {{ ref('bank_holidays') }}

),

closed as (

    select distinct days.calendar_date
    from days
    inner join holidays
        on days.calendar_date >= holidays.valid_from
        and (
            (days.month = holidays.month and days.day_of_month = holidays.day_of_month)
            or (
                days.day_of_week = 1
                and days.month_of_eve = holidays.month
                and days.eve = holidays.day_of_month
            )
            or (
                days.month = holidays.month
                and days.day_of_week = holidays.day_of_week
                and (
                    holidays.occurrence = ceil(days.day_of_month / 7.0)
                    or (
                        holidays.occurrence = -1
                        and {{ add_days('days.calendar_date', 7) }} > days.last_of_month
                    )
                )
            )
        )

),

judged as (

    select
        days.calendar_date,
        days.day_of_week < 6 and closed.calendar_date is null as is_bank_day
    from days
    left join closed on days.calendar_date = closed.calendar_date

),

final as (

    select
        calendar_date,
        is_bank_day,
        cast(
            sum(case when is_bank_day then 1 else 0 end) over (
                order by calendar_date
                rows between unbounded preceding and current row
            ) as integer
        ) as bank_day_no
    from judged

)

select * from final
