{{ config(materialized='table') }}

with findings as (

    select * from {{ ref('int_open_findings') }}

),

shorts as (

    select * from findings
    where side = 'short'

),

overs as (

    select * from findings
    where side = 'over'

),

arrivals as (

    select distinct item_id, store_id, business_date
    from {{ ref('int_stock_events') }}
    where movement_type = 'transfer_in' and serial_number is null

),

rules as (

    select * from {{ ref('int_discrepancy_rules') }}
    where level = 'item' and side = 'short' and evidence = 'counted_elsewhere'

),

-- A piece that another store has is found; only one that nobody has can have been swapped.
candidates as (

    select
        'counted_elsewhere' as evidence,
        shorts.item_id || '|' || shorts.serial_number as group_id,
        shorts.finding_id as one_id,
        overs.finding_id as other_id,
        abs({{ days_between('shorts.first_seen_on', 'overs.first_seen_on') }}) as distance
    from shorts
    inner join overs
        on shorts.serial_number = overs.serial_number
        and shorts.item_id = overs.item_id
        and shorts.store_id <> overs.store_id
    union all
    select
        'same_reference' as evidence,
        shorts.store_id || '|' || shorts.item_id as group_id,
        shorts.finding_id as one_id,
        overs.finding_id as other_id,
        10000 + abs({{ days_between('shorts.first_seen_on', 'overs.first_seen_on') }}) as distance
    from shorts
    inner join overs
        on shorts.store_id = overs.store_id
        and shorts.item_id = overs.item_id
        and shorts.serial_number <> overs.serial_number
        and overs.is_sold
    union all
    select distinct
        'counted_elsewhere' as evidence,
        shorts.item_id as group_id,
        shorts.finding_id as one_id,
        overs.finding_id as other_id,
        abs({{ days_between('shorts.first_seen_on', 'overs.first_seen_on') }}) as distance
    from shorts
    inner join overs
        on shorts.item_id = overs.item_id
        and shorts.level = 'item'
        and overs.level = 'item'
        and shorts.store_id <> overs.store_id
        and shorts.variance_units = -overs.variance_units
    inner join rules
        on shorts.counted_on >= rules.valid_from and shorts.counted_on < rules.valid_before
    -- Received here by the book shortly before, and lying there.
    inner join arrivals
        on shorts.item_id = arrivals.item_id
        and shorts.store_id = arrivals.store_id
        and arrivals.business_date
            between {{ add_days('shorts.first_seen_on', '-rules.days_before') }}
            and shorts.first_seen_on

),

final as (

    {{ nearest_pairs_twice('candidates') }}

)

select * from final
