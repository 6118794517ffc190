{{ config(materialized='incremental', incremental_strategy='replace_positions') }}

with days as (

    select * from {{ ref('int_snapshot_days') }}

),

snapshots as (

    select
        stock.*,
        days.day_no,
        days.newest_day,
        days.joint_day
    from {{ ref('stg_stock_snapshots') }} as stock
    inner join days
        on stock.store_id = days.store_id
        and stock.business_date = days.business_date

),

-- Days in a row on which nothing about a piece changed share one number.
stretches as (

    select
        *,
        day_no - row_number() over (
            partition by
                store_id, location, item_id, serial_number, stock_status, quantity, unit_cost
            order by day_no
        ) as stretch
    from snapshots

),

positions as (

    select
        store_id,
        location,
        item_id,
        serial_number,
        stock_status,
        quantity,
        unit_cost,
        min(business_date) as from_date,
        max(business_date) as last_seen_on,
        max(newest_day) as newest_day,
        case when min(business_date) = max(joint_day) then max(joint_day) end as goes_on_from,
        min_by(_file_id, business_date) as _file_id,
        min_by(_line_no, business_date) as _line_no
    from stretches
    group by
        store_id, location, item_id, serial_number, stock_status, quantity, unit_cost, stretch

),

{% if is_incremental() -%}
-- What was already true on the last untouched day goes on from where it began.
begun as (

    select
        positions.*,
        coalesce(known.from_date, positions.from_date) as begun_on,
        coalesce(known._file_id, positions._file_id) as begun_file_id,
        coalesce(known._line_no, positions._line_no) as begun_line_no
    from positions
    left join {{ this }} as known
        on positions.store_id = known.store_id
        and positions.item_id = known.item_id
        and positions.location is not distinct from known.location
        and positions.serial_number is not distinct from known.serial_number
        and positions.stock_status = known.stock_status
        and positions.quantity = known.quantity
        and positions.unit_cost is not distinct from known.unit_cost
        and known.from_date <= positions.goes_on_from
        and coalesce(known.to_date, date '9999-12-31') >= positions.goes_on_from

),
{%- else -%}
begun as (

    select
        *,
        from_date as begun_on,
        _file_id as begun_file_id,
        _line_no as begun_line_no
    from positions

),
{%- endif %}

final as (

    select
        store_id || '|' || coalesce(location, '') || '|' || item_id || '|'
        || coalesce(serial_number, '') || '|' || cast(begun_on as string) as position_id,
        store_id,
        location,
        item_id,
        serial_number,
        stock_status,
        quantity,
        unit_cost,
        begun_on as from_date,
        case when last_seen_on < newest_day then last_seen_on end as to_date,
        begun_file_id as _file_id,
        begun_line_no as _line_no
    from begun

)

select * from final
