with stores as (

    select * from {{ ref('int_stores') }}

),

final as (

    select
        store_id,
        store_name,
        store_format,
        city,
        state,
        postal_code,
        country,
        time_zone,
        currency,
        opened_on,
        closed_on,
        selling_area_sqft,
        latitude,
        longitude,
        is_listed,
        first_delivered_on
    from stores

)

select * from final
