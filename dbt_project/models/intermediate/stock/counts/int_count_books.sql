{{ config(materialized='table') }}

with postings as (

    select * from {{ ref('int_count_postings') }}

),

counts as (

    select * from {{ ref('int_counts') }}

),

zones as (

    select * from {{ ref('int_count_zones') }}

),

goods as (

    select * from {{ ref('int_counted_goods') }}
    where decisive_scans > 0

),

-- A piece was there when it was found first; goods without numbers, when their zone was done.
pieces as (

    select
        count_id,
        item_id,
        serial_number,
        coalesce(min(first_found_at), min(first_scanned_at)) as seen_at
    from goods
    where serial_number is not null
    group by count_id, item_id, serial_number

),

units as (

    select
        count_id,
        item_id,
        zone,
        last_scanned_at as seen_at,
        max(last_scanned_at) over (partition by count_id, item_id) as done_at
    from goods
    where serial_number is null

),

items as (

    select distinct count_id, item_id, done_at
    from units

),

timed as (

    select
        postings.*,
        counts.frozen_at,
        coalesce(pieces.seen_at, units.seen_at, items.done_at) as seen_at,
        coalesce(zones.last_scanned_at, counts.ends_at) as zone_done_at
    from postings
    inner join counts on postings.count_id = counts.count_id
    left join pieces
        on postings.count_id = pieces.count_id
        and postings.item_id = pieces.item_id
        and postings.serial_number = pieces.serial_number
    left join units
        on case when postings.serial_number is null then postings.count_id end = units.count_id
        and postings.item_id = units.item_id
        and postings.location is not distinct from units.zone
    -- Where a store keeps no places, the last look at the item counts.
    left join items
        on case
            when postings.serial_number is null and postings.location is null
                then postings.count_id
        end = items.count_id
        and postings.item_id = items.item_id
    left join zones
        on postings.count_id = zones.count_id
        and postings.location is not distinct from zones.zone

),

-- What was not seen has to be there only as long as the book says so, to the end of the count.
standing as (

    select
        *,
        case when serial_number is null then location end as cell,
        coalesce(frozen_at, seen_at, zone_done_at) as book_at,
        row_number() over (
            partition by count_id, item_id, serial_number
            order by coalesce(posted_at, timestamp '1900-01-01 00:00:00'), _file_id, _line_no
        ) as posting_no
    from timed
    where
        posted_at is null
        or posted_at <= coalesce(frozen_at, seen_at, zone_done_at)
        or (seen_at is null and quantity < 0)

),

final as (

    select
        count_id,
        item_id,
        serial_number,
        cell,
        max_by(location, case when location is not null and quantity > 0 then posting_no end)
            as book_zone,
        cast(
            case
                -- One physical piece, however often the book has it.
                when serial_number is not null and sum(quantity) > 0 then 1
                when serial_number is not null then 0
                else sum(quantity)
            end as decimal(18, 3)
        ) as units,
        max(away_status) as away_status,
        max(snapshot_on) as snapshot_on,
        max(book_at) as book_at,
        max(seen_at) is not null as is_seen,
        max_by(unit_cost, case when unit_cost is not null then posting_no end) as unit_cost,
        max(posting_no) as posting_no,
        max_by(_file_id, posting_no) as _file_id,
        max_by(_line_no, posting_no) as _line_no
    from standing
    group by count_id, item_id, serial_number, cell

)

select * from final
