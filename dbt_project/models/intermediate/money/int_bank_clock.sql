with stores as (

    select
        stores.store_id,
        cast({{ utc_to_local('clock.run_at', 'stores.time_zone') }} as date) as local_today
    from {{ ref('int_stores') }} as stores
    cross join {{ ref('stg_clock') }} as clock

),

bank_days as (

    select * from {{ ref('int_bank_days') }}

),

final as (

    select
        stores.store_id,
        stores.local_today,
        bank_days.bank_day_no as today_no
    from stores
    inner join bank_days on stores.local_today = bank_days.calendar_date

)

select * from final
