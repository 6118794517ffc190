with days as (

    select * from {{ ref('int_stock_days') }}

),

movements as (

    select
        events.store_id,
        events.item_id,
        events.business_date,
        events.movement_type as change_type,
        days.settles_on,
        sum(events.quantity) as units,
        coalesce(sum(events.cost_amount), 0) as cost,
        min(events._file_id) as _file_id
    from {{ ref('int_stock_events') }} as events
    inner join days
        on events.store_id = days.store_id
        and events.business_date = days.business_date
    where events.is_owned
    group by
        events.store_id, events.item_id, events.business_date, events.movement_type, days.settles_on

),

-- What the shelf did from one snapshot to the next, and what the movements say it did.
compared as (

    select store_id, item_id, business_date as settles_on, units, cost
    from {{ ref('int_shelf_changes') }}
    union all
    select store_id, item_id, settles_on, -units as units, -cost as cost
    from movements
    where settles_on is not null

),

differing as (

    select
        store_id,
        item_id,
        settles_on,
        sum(units) as units,
        sum(cost) as cost
    from compared
    group by store_id, item_id, settles_on
    having sum(units) <> 0 or sum(cost) <> 0

),

-- Until the first snapshot nothing can differ: what is there beyond the movements was there before.
unexplained as (

    select
        differing.store_id,
        differing.item_id,
        case
            when differing.settles_on = days.first_snapshot_on then days.first_day
            else differing.settles_on
        end as business_date,
        case
            when differing.settles_on = days.first_snapshot_on then 'opening'
            else 'residual'
        end as change_type,
        differing.units,
        differing.cost,
        days.snapshot_file_id as _file_id
    from differing
    inner join days
        on differing.store_id = days.store_id
        and differing.settles_on = days.business_date

),

united as (

    select store_id, item_id, business_date, change_type, units, cost, _file_id from movements
    union all
    select store_id, item_id, business_date, change_type, units, cost, _file_id from unexplained

),

final as (

    select
        store_id,
        item_id,
        business_date,
        cast(date_trunc('month', business_date) as date) as month,
        change_type,
        cast(units as decimal(18, 3)) as units,
        cast(cost as decimal(18, 4)) as cost,
        _file_id
    from united

)

select * from final
