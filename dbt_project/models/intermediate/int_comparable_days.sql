with calendar as (

    select * from {{ ref('int_store_calendar') }}

),

-- A store compares from its first full month after one year of trading.
eligible as (

    select
        *,
        case
            when store_format in ('boutique', 'department_store')
                then {{ add_months("date_trunc('month', " ~ add_days('opened_on', -1) ~ ")", 12) }}
        end as last_unripe_month
    from calendar

),

final as (

    select
        today.store_id,
        today.business_date,
        coalesce(
            today.comparable_override,
            today.is_open
            and coalesce(last_year.is_open, false)
            and coalesce(
                today.business_date
                >= {{ add_months('today.last_unripe_month', 1) }},
                false
            )
        ) as is_comparable
    from eligible as today
    left join calendar as last_year
        on today.store_id = last_year.store_id
        and last_year.business_date = {{ add_days('today.business_date', -364) }}

)

select * from final
