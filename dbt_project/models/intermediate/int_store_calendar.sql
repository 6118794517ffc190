{{ config(materialized='table') }}

with stores as (

    select * from {{ ref('int_stores') }}

),

trading_days as (

    select * from {{ ref('stg_trading_days') }}

),

clock as (

    select * from {{ ref('stg_clock') }}

),

-- One year before the first export is enough to know whether a store traded a year ago.
beginning as (

    select {{ add_days('min(first_delivered_on)', -371) }} as first_day
    from stores

),

spans as (

    select
        stores.*,
        cast({{ utc_to_local('clock.run_at', 'stores.time_zone') }} as date) as local_today,
        beginning.first_day
    from stores
    cross join clock
    cross join beginning

),

days as (

    select calendar_date as business_date
    from {{ ref('int_days') }}

),

final as (

    select
        spans.store_id,
        days.business_date,
        spans.store_format,
        spans.time_zone,
        spans.currency,
        spans.opened_on,
        spans.local_today,
        trading_days.store_id is not null as is_in_calendar,
        coalesce(trading_days.is_open, true)
        and days.business_date <= coalesce(spans.closed_on, days.business_date) as is_open,
        case
            when days.business_date > spans.closed_on then 'the store has closed'
            else trading_days.reason
        end as reason,
        trading_days.is_comparable as comparable_override
    from spans
    inner join days
        on days.business_date
        between greatest(
            least(
                coalesce(spans.opened_on, spans.first_delivered_on),
                coalesce(spans.first_delivered_on, spans.opened_on)
            ),
            spans.first_day
        )
        and greatest(
            case
                when spans.closed_on < spans.local_today then spans.closed_on
                else {{ last_of_month('spans.local_today') }}
            end,
            coalesce(spans.last_delivered_on, spans.first_day)
        )
    left join trading_days
        on spans.store_id = trading_days.store_id
        and days.business_date = trading_days.business_date

)

select * from final
