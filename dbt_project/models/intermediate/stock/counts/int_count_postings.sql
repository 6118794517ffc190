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

-- The newest can be later than the count's first moment; no four of them are.
asked_for as (

    select distinct store_id, business_date
    from candidates
    where days_back <= 4

),

moments as (

    select
        snapshots.store_id,
        snapshots.business_date,
        max(snapshots.snapshot_at) as snapshot_at
    from snapshots
    inner join asked_for
        on snapshots.store_id = asked_for.store_id
        and snapshots.business_date = asked_for.business_date
    group by snapshots.store_id, snapshots.business_date

),

-- Stock as of close of day: where nobody says when that was, the day's last moment.
taken as (

    select
        candidates.count_id,
        candidates.business_date,
        candidates.opens_at,
        coalesce(
            moments.snapshot_at,
            {{ local_to_utc(
                'cast(' ~ add_days('candidates.business_date', 1) ~ ' as timestamp)',
                'candidates.time_zone'
            ) }}
        ) as taken_at
    from candidates
    left join moments
        on candidates.store_id = moments.store_id
        and candidates.business_date = moments.business_date
    where candidates.days_back <= 4

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

scanned as (

    select distinct
        scans.count_id,
        counts.store_id,
        coalesce(scans.serial_number, scans.item_id) as goods
    from scans
    inner join counts on scans.count_id = counts.count_id

),

-- The items of which a count looks at anything. Of a store's other goods no row is laid out: a
-- count of one zone would otherwise lay out the whole store.
items_in_question as (

    select
        counts.count_id,
        positions.item_id
    from counts
    inner join openings on counts.count_id = openings.count_id
    inner join positions
        on counts.store_id = positions.store_id
        and positions.from_date <= openings.snapshot_on
        and coalesce(positions.to_date, date '9999-12-31') >= openings.snapshot_on
        and (counts.zone is null or counts.zone = positions.location)
    left join items on positions.item_id = items.item_id
    where counts.category is null or counts.category = items.category
    union
    select
        counts.count_id,
        movements.item_id
    from counts
    left join openings on counts.count_id = openings.count_id
    inner join movements
        on counts.store_id = movements.store_id
        and movements.posted_at <= counts.ends_at
        and movements.posted_at > coalesce(openings.taken_at, timestamp '1900-01-01 00:00:00')
        and (counts.zone is null or counts.zone = movements.location)
    left join items on movements.item_id = items.item_id
    where counts.category is null or counts.category = items.category
    union
    select
        scanned.count_id,
        positions.item_id
    from scanned
    inner join positions
        on scanned.store_id = positions.store_id
        and scanned.goods = coalesce(positions.serial_number, positions.item_id)
    union
    select
        scanned.count_id,
        movements.item_id
    from scanned
    inner join movements
        on scanned.store_id = movements.store_id
        and scanned.goods = coalesce(movements.serial_number, movements.item_id)

),

-- With its store beside it, so that both are looked up by store and item at once.
in_question as (

    select
        counts.count_id,
        counts.store_id,
        counts.ends_at,
        counts.ends_on,
        items_in_question.item_id,
        openings.snapshot_on,
        openings.taken_at
    from items_in_question
    inner join counts on items_in_question.count_id = counts.count_id
    left join openings on items_in_question.count_id = openings.count_id

),

posted as (

    select
        in_question.count_id,
        positions.item_id,
        positions.serial_number,
        positions.location,
        in_question.snapshot_on,
        cast(null as timestamp) as posted_at,
        case when {{ is_on_shelf('positions.stock_status') }} then positions.quantity else 0 end
            as quantity,
        case when not {{ is_on_shelf('positions.stock_status') }} then positions.stock_status end
            as away_status,
        positions.unit_cost,
        positions._file_id,
        positions._line_no
    from in_question
    inner join positions
        on in_question.store_id = positions.store_id
        and in_question.item_id = positions.item_id
        and positions.from_date <= in_question.snapshot_on
        and coalesce(positions.to_date, date '9999-12-31') >= in_question.snapshot_on
    union all
    select
        in_question.count_id,
        movements.item_id,
        movements.serial_number,
        movements.location,
        in_question.snapshot_on,
        movements.posted_at,
        movements.quantity,
        cast(null as string) as away_status,
        movements.unit_cost,
        movements._file_id,
        movements._line_no
    from in_question
    inner join movements
        on in_question.store_id = movements.store_id
        and in_question.item_id = movements.item_id
        and movements.posted_at <= in_question.ends_at
        and movements.posted_at > coalesce(in_question.taken_at, timestamp '1900-01-01 00:00:00')
        and movements.business_date <= {{ add_days('in_question.ends_on', 1) }}

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
        on case when posted.posted_at is not null then posted.count_id end = kept.count_id
        and posted.item_id = kept.item_id
        and kept.place_no = 1

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
