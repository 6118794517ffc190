{{ config(materialized='table') }}

with listed as (

    select * from {{ ref('stg_stores') }}

),

seen as (

    select
        store_id,
        min(business_date) as first_delivered_on,
        max(business_date) as last_delivered_on
    from {{ ref('stg_file_scopes') }}
    where store_id is not null and dataset not in ('trading_days', 'supply_levels')
    group by store_id

),

final as (

    -- A store nobody listed still trades: it is kept under its code and taken for a boutique.
    select
        coalesce(listed.store_id, seen.store_id) as store_id,
        coalesce(listed.store_name, seen.store_id) as store_name,
        coalesce(listed.store_format, 'boutique') as store_format,
        listed.city,
        listed.state,
        listed.postal_code,
        listed.country,
        coalesce(listed.time_zone, 'UTC') as time_zone,
        listed.currency,
        listed.opened_on,
        listed.closed_on,
        listed.selling_area_sqft,
        listed.latitude,
        listed.longitude,
        listed.store_id is not null as is_listed,
        seen.first_delivered_on,
        seen.last_delivered_on
    from listed
    full outer join seen on listed.store_id = seen.store_id

)

select * from final
