with snapshot_days as (

    select
        store_id,
        business_date,
        row_number() over (partition by store_id order by business_date) as day_no,
        max(business_date) over (partition by store_id) as newest_day,
        min(business_date) over (partition by store_id) as oldest_day
    from (
        select distinct store_id, business_date
        from {{ ref('stg_file_scopes') }}
        where dataset = 'stock_snapshots' and is_current
    ) as delivered

),

items as (

    select * from {{ ref('dim_items') }}

),

clock as (

    select * from {{ ref('int_stock_clock') }}

),

thresholds as (

    select * from {{ ref('int_stock_thresholds') }}

),

buckets as (

    select * from {{ ref('int_age_buckets') }}
    where object = 'reservation'

),

newest as (

    select distinct store_id, newest_day, oldest_day
    from snapshot_days

),

-- A piece that changed its place or its cost is still the reserved piece; units without a serial
-- number are told apart by their place.
stretches as (

    select
        positions.*,
        case when positions.serial_number is null then positions.location end as told_by_place,
        begun.day_no as first_no,
        ended.day_no as last_no,
        newest.newest_day,
        newest.oldest_day
    from {{ ref('fct_stock_positions') }} as positions
    inner join newest
        on positions.store_id = newest.store_id
    inner join snapshot_days as begun
        on positions.store_id = begun.store_id and positions.from_date = begun.business_date
    inner join snapshot_days as ended
        on positions.store_id = ended.store_id
        and coalesce(positions.to_date, newest.newest_day) = ended.business_date
    where positions.stock_status = 'reserved'

),

parted as (

    select
        *,
        case
            when first_no <= 1 + max(last_no) over (
                partition by store_id, item_id, serial_number, told_by_place
                order by first_no, last_no, position_id
                rows between unbounded preceding and 1 preceding
            ) then 0
            else 1
        end as begins
    from stretches

),

numbered as (

    select
        *,
        sum(begins) over (
            partition by store_id, item_id, serial_number, told_by_place
            order by first_no, last_no, position_id
            rows between unbounded preceding and current row
        ) as hold_no
    from parted

),

holds as (

    select
        store_id,
        item_id,
        serial_number,
        max(case when to_date is null then location end) as location,
        min(from_date) as reserved_since,
        max(newest_day) as last_seen_on,
        max(oldest_day) as oldest_day,
        sum(case when to_date is null then quantity else 0 end) as reserved_units,
        max(case when to_date is null then unit_cost end) as unit_cost,
        min_by(_file_id, from_date) as _file_id,
        min_by(_line_no, from_date) as _line_no
    from numbered
    group by store_id, item_id, serial_number, told_by_place, hold_no
    having max(case when to_date is null then 1 else 0 end) = 1

),

aged as (

    select
        holds.*,
        clock.currency,
        items.unit_retail_price,
        coalesce(holds.unit_cost, items.unit_cost) as held_unit_cost,
        {{ days_between('holds.reserved_since', 'clock.local_today') }} as age_days,
        cast(limits.value as integer) as limit_days
    from holds
    inner join clock on holds.store_id = clock.store_id
    left join items on holds.item_id = items.item_id
    inner join thresholds as limits
        on {{ limit_of('limits', 'reservation_days', 'clock.local_today') }}
        and limits.scope = 'all'

),

final as (

    select
        aged.store_id || '|' || aged.item_id || '|'
        || coalesce(aged.serial_number, aged.location, '') as reservation_id,
        aged.store_id,
        aged.location,
        aged.item_id,
        aged.serial_number,
        cast(aged.reserved_units as decimal(18, 3)) as reserved_units,
        cast(aged.reserved_units * aged.held_unit_cost as decimal(18, 2)) as reserved_cost,
        cast(aged.reserved_units * aged.unit_retail_price as decimal(18, 2)) as reserved_retail,
        aged.currency,
        aged.reserved_since,
        aged.reserved_since > aged.oldest_day as is_since_known,
        aged.last_seen_on,
        cast(aged.age_days as integer) as age_days,
        buckets.label as age_bucket,
        buckets.lower_bound as age_bucket_from,
        aged.age_days > aged.limit_days as has_alarm,
        case
            when aged.age_days > aged.limit_days
                then 'held for ' || cast(aged.age_days as string) || ' days, over '
                    || cast(aged.limit_days as string) || ': is there a deposit?'
        end as alarm_reason,
        aged._file_id,
        aged._line_no
    from aged
    left join buckets
        on aged.age_days >= buckets.lower_bound
        and aged.age_days < buckets.upper_bound

)

select * from final
