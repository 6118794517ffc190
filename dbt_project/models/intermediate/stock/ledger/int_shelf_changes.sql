with positions as (

    select
        positions.*,
        {{ cost_known('positions', 'items', 'stores') }} as known_cost
    from {{ ref('fct_stock_positions') }} as positions
    left join {{ ref('stg_items') }} as items on positions.item_id = items.item_id
    left join {{ ref('int_stores') }} as stores on positions.store_id = stores.store_id
    where {{ is_on_shelf('positions.stock_status') }}

),

days as (

    select * from {{ ref('int_stock_days') }}

),

begun as (

    select
        store_id,
        item_id,
        from_date as business_date,
        quantity as units,
        quantity * known_cost as cost
    from positions

),

-- What a snapshot no longer shows was gone by that snapshot, not on the last day it was seen.
ended as (

    select
        positions.store_id,
        positions.item_id,
        days.next_snapshot_on as business_date,
        -positions.quantity as units,
        -positions.quantity * positions.known_cost as cost
    from positions
    inner join days
        on positions.store_id = days.store_id
        and positions.to_date = days.business_date

),

changes as (

    select * from begun
    union all
    select * from ended

),

final as (

    select
        store_id,
        item_id,
        business_date,
        cast(sum(units) as decimal(18, 3)) as units,
        coalesce(sum(cost), 0) as cost
    from changes
    group by store_id, item_id, business_date

)

select * from final
