{{ config(materialized='table') }}

with counts as (

    select counts.*
    from {{ ref('int_counts') }} as counts
    inner join {{ ref('int_touched_counts') }} as touched on counts.count_id = touched.count_id

),

snapshot_days as (

    select distinct store_id, business_date
    from {{ ref('stg_file_scopes') }}
    where dataset = 'stock_snapshots' and is_current

),

snapshots as (

    select * from {{ ref('stg_stock_snapshots') }}

),

positions as (

    select * from {{ ref('fct_stock_positions') }}

),

movements as (

    select * from {{ ref('fct_stock_movements') }}

),

scans as (

    select * from {{ ref('fct_count_scans') }}

),

items as (

    select * from {{ ref('stg_items') }}

),

candidates as (

    select
        counts.count_id,
        counts.store_id,
        counts.time_zone,
        counts.opens_at,
        snapshot_days.business_date,
        row_number() over (
            partition by counts.count_id order by snapshot_days.business_date desc
        ) as days_back
    from counts
    inner join snapshot_days
        on counts.store_id = snapshot_days.store_id
        and snapshot_days.business_date <= {{ add_days('cast(counts.opens_at as date)', 1) }}

),

-- Stock as of close of day: where nobody says when that was, the day's last moment.
taken as (

    select
        candidates.count_id,
        candidates.business_date,
        candidates.opens_at,
        coalesce(
            max(snapshots.snapshot_at),
            {{ local_to_utc(
                'cast(' ~ add_days('candidates.business_date', 1) ~ ' as timestamp)',
                'candidates.time_zone'
            ) }}
        ) as taken_at
    from candidates
    left join snapshots
        on candidates.store_id = snapshots.store_id
        and candidates.business_date = snapshots.business_date
    -- The newest can be later than the count's first moment; no four of them are.
    where candidates.days_back <= 4
    group by
        candidates.count_id, candidates.business_date, candidates.opens_at, candidates.time_zone

),

openings as (

    select
        count_id,
        max_by(business_date, taken_at) as snapshot_on,
        max(taken_at) as taken_at
    from taken
    where taken_at <= opens_at
    group by count_id

),

posted as (

    select
        counts.count_id,
        positions.item_id,
        positions.serial_number,
        positions.location,
        openings.snapshot_on,
        cast(null as timestamp) as posted_at,
        case when {{ is_on_shelf('positions.stock_status') }} then positions.quantity else 0 end
            as quantity,
        case when not {{ is_on_shelf('positions.stock_status') }} then positions.stock_status end
            as away_status,
        positions.unit_cost,
        positions._file_id,
        positions._line_no
    from counts
    inner join openings on counts.count_id = openings.count_id
    inner join positions
        on counts.store_id = positions.store_id
        and positions.from_date <= openings.snapshot_on
        and coalesce(positions.to_date, date '9999-12-31') >= openings.snapshot_on
    union all
    select
        counts.count_id,
        movements.item_id,
        movements.serial_number,
        movements.location,
        openings.snapshot_on,
        movements.posted_at,
        movements.quantity,
        cast(null as string) as away_status,
        movements.unit_cost,
        movements._file_id,
        movements._line_no
    from counts
    left join openings on counts.count_id = openings.count_id
    inner join movements
        on counts.store_id = movements.store_id
        and movements.posted_at <= counts.ends_at
        and movements.posted_at > coalesce(openings.taken_at, timestamp '1900-01-01 00:00:00')
        and movements.business_date <= {{ add_days('counts.ends_on', 1) }}

),

-- Where the store keeps most of an item: the place of a movement that names none.
kept as (

    select
        count_id,
        item_id,
        location,
        row_number() over (
            partition by count_id, item_id order by sum(quantity) desc, location
        ) as place_no
    from posted
    where location is not null
    group by count_id, item_id, location

),

placed as (

    select
        posted.count_id,
        posted.item_id,
        posted.serial_number,
        coalesce(posted.location, kept.location) as location,
        posted.snapshot_on,
        posted.posted_at,
        posted.quantity,
        posted.away_status,
        posted.unit_cost,
        posted._file_id,
        posted._line_no
    from posted
    left join kept
        on posted.count_id = kept.count_id
        and posted.item_id = kept.item_id
        and posted.posted_at is not null
        and kept.place_no = 1

),

scanned as (

    select distinct
        count_id,
        coalesce(serial_number, item_id) as goods
    from scans

),

-- What a count of one zone or category is not about, and nobody scanned, is left out whole.
relevant as (

    select
        placed.count_id,
        placed.item_id,
        placed.serial_number
    from placed
    inner join counts on placed.count_id = counts.count_id
    left join items on placed.item_id = items.item_id
    left join scanned
        on placed.count_id = scanned.count_id
        and coalesce(placed.serial_number, placed.item_id) = scanned.goods
    where
        scanned.goods is not null
        or (
            coalesce(counts.zone = placed.location, counts.zone is null)
            and coalesce(counts.category = items.category, counts.category is null)
        )
    group by placed.count_id, placed.item_id, placed.serial_number

),

final as (

    select placed.*
    from placed
    inner join relevant
        on placed.count_id = relevant.count_id
        and placed.item_id = relevant.item_id
        and placed.serial_number is not distinct from relevant.serial_number

)

select * from final
