with positions as (

    select * from {{ ref('fct_stock_positions') }}
    where to_date is null and stock_status <> 'client_owned' and quantity > 0

),

-- The first we heard of a piece, or of an item that has no serial numbers, anywhere in the network.
first_known as (

    select
        item_id,
        serial_number,
        min(case when source = 'receipt' then business_date end) as first_received_on,
        min(business_date) as first_seen_on
    from (
        select item_id, serial_number, business_date, movement_type as source
        from {{ ref('int_stock_events') }}
        where is_owned and quantity > 0
        union all
        select item_id, serial_number, from_date as business_date, 'snapshot' as source
        from {{ ref('fct_stock_positions') }}
        where stock_status <> 'client_owned'
    ) as known
    group by item_id, serial_number

),

stores as (

    select
        clock.store_id,
        clock.currency,
        clock.local_today
    from {{ ref('int_stock_clock') }} as clock

),

items as (

    select * from {{ ref('dim_items') }}

),

aged as (

    select
        positions.*,
        stores.currency,
        items.category,
        coalesce(first_known.first_received_on, first_known.first_seen_on) as aged_from,
        first_known.first_received_on is not null as is_receipt_known,
        greatest(
            {{ days_between(
                'coalesce(first_known.first_received_on, first_known.first_seen_on)',
                'stores.local_today'
            ) }}, 0
        ) as age_days,
        {{ cost_known('positions', 'items', 'stores') }} as known_cost,
        items.unit_retail_price
    from positions
    inner join stores on positions.store_id = stores.store_id
    inner join first_known
        on positions.item_id = first_known.item_id
        and positions.serial_number is not distinct from first_known.serial_number
    left join items on positions.item_id = items.item_id

),

final as (

    select
        aged.position_id,
        aged.store_id,
        aged.location,
        aged.item_id,
        aged.serial_number,
        aged.category,
        aged.stock_status,
        cast(aged.quantity as decimal(18, 3)) as quantity,
        cast(aged.quantity * aged.known_cost as decimal(18, 4)) as stock_cost,
        cast(aged.quantity * aged.unit_retail_price as decimal(18, 4)) as stock_retail,
        aged.currency,
        aged.aged_from,
        aged.is_receipt_known,
        cast(aged.age_days as integer) as age_days,
        buckets.label as age_bucket,
        buckets.lower_bound as age_bucket_from,
        aged._file_id,
        aged._line_no
    from aged
    left join {{ ref('int_age_buckets') }} as buckets
        on buckets.object = 'stock'
        and aged.age_days >= buckets.lower_bound
        and aged.age_days < buckets.upper_bound

)

select * from final
