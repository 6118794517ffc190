with closing_days as (

    select * from {{ ref('int_received_days') }}
    where has_closings

),

-- How many open days of the store are still without closings, up to each day.
final as (

    select
        calendar.store_id,
        calendar.business_date,
        sum(case when calendar.is_open and closing_days.store_id is null then 1 else 0 end) over (
            partition by calendar.store_id
            order by calendar.business_date
            rows between unbounded preceding and current row
        ) as awaited_days
    from {{ ref('int_store_calendar') }} as calendar
    left join closing_days
        on calendar.store_id = closing_days.store_id
        and calendar.business_date = closing_days.business_date

)

select * from final
