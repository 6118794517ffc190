{{ config(materialized='table') }}

with stores as (

    select * from {{ ref('int_stores') }}

),

clock as (

    select * from {{ ref('stg_clock') }}

),

named as (

    select store_id from {{ ref('fct_consignments') }}
    union
    select store_id from {{ ref('fct_repairs') }}
    union
    select store_id from {{ ref('fct_stock_movements') }}
    union
    select counterpart_store_id as store_id from {{ ref('fct_stock_movements') }}
    where counterpart_store_id is not null
    union
    select store_id from {{ ref('fct_stock_positions') }}
    union
    select store_id from {{ ref('fct_supply_levels') }}

),

bank_days as (

    select * from {{ ref('int_bank_days') }}

),

places as (

    select
        named.store_id,
        stores.currency,
        cast({{ utc_to_local('clock.run_at', "coalesce(stores.time_zone, 'UTC')") }} as date)
            as local_today
    from named
    left join stores on named.store_id = stores.store_id
    cross join clock

),

final as (

    select
        places.store_id,
        places.currency,
        places.local_today,
        bank_days.bank_day_no as today_no
    from places
    inner join bank_days on places.local_today = bank_days.calendar_date

)

select * from final
