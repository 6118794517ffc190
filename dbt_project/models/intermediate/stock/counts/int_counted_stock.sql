{{ config(materialized='incremental', incremental_strategy='replace_touched_counts') }}

with books as (

    select * from {{ ref('int_count_books') }}

),

goods as (

    select * from {{ ref('int_counted_goods') }}
    where decisive_scans > 0

),

every_scan as (

    select
        count_id,
        item_id,
        serial_number,
        sum(scans) as scans,
        max(passes) as passes
    from {{ ref('int_counted_goods') }}
    group by count_id, item_id, serial_number

),

counts as (

    select counts.*
    from {{ ref('int_counts') }} as counts
    inner join {{ ref('int_touched_counts') }} as touched on counts.count_id = touched.count_id

),

items as (

    select * from {{ ref('stg_items') }}

),

zones as (

    select * from {{ ref('int_count_zones') }}

),

-- Where no scan names a zone, the whole store was scanned.
looked_at as (

    select count_id, max(zone) is null as is_everywhere
    from zones
    group by count_id

),

cells as (

    select
        books.*,
        coalesce(counts.zone = books.book_zone, counts.zone is null)
        and coalesce(counts.category = items.category, counts.category is null) as is_in_plan,
        case
            when looked_at.count_id is null then false
            when looked_at.is_everywhere or zones.count_id is not null then true
            when books.book_zone is not null then false
        end as is_zone_done
    from books
    inner join counts on books.count_id = counts.count_id
    left join items on books.item_id = items.item_id
    left join looked_at on books.count_id = looked_at.count_id
    left join zones
        on books.count_id = zones.count_id
        and books.book_zone = zones.zone

),

-- Goods without a known place are only missing once every place that holds something was scanned.
judged as (

    select
        *,
        is_seen or coalesce(
            is_zone_done,
            min(case when is_in_plan and units <> 0 and not is_zone_done then 0 else 1 end)
                over (partition by count_id) = 1
        ) as is_looked_at
    from cells

),

united as (

    select
        count_id,
        item_id,
        serial_number,
        is_in_plan and units <> 0 as is_in_plan,
        book_zone,
        posting_no,
        case when is_looked_at then units end as book_units,
        case when not is_looked_at then units end as uncounted_units,
        away_status,
        snapshot_on,
        book_at,
        unit_cost,
        cast(null as decimal(18, 3)) as found_units,
        cast(null as string) as zone,
        cast(null as bigint) as decisive_scans,
        cast(null as timestamp) as first_scanned_at,
        cast(null as timestamp) as last_scanned_at,
        cast(null as integer) as last_scan_number,
        _file_id,
        _line_no
    from judged
    where is_seen or (is_in_plan and units <> 0)
    union all
    select
        goods.count_id,
        goods.item_id,
        goods.serial_number,
        false as is_in_plan,
        cast(null as string) as book_zone,
        cast(null as bigint) as posting_no,
        cast(null as decimal(18, 3)) as book_units,
        cast(null as decimal(18, 3)) as uncounted_units,
        cast(null as string) as away_status,
        cast(null as date) as snapshot_on,
        coalesce(
            counts.frozen_at,
            case when goods.serial_number is not null then goods.first_found_at end,
            goods.last_scanned_at
        ) as book_at,
        cast(null as decimal(18, 4)) as unit_cost,
        goods.units as found_units,
        goods.zone,
        goods.decisive_scans,
        goods.first_scanned_at,
        goods.last_scanned_at,
        goods.last_scan_number,
        goods._file_id,
        goods._line_no
    from goods
    inner join counts on goods.count_id = counts.count_id

),

lines as (

    select
        count_id,
        item_id,
        serial_number,
        max(case when is_in_plan then 1 else 0 end) = 1 as is_in_plan,
        max_by(book_zone, case when book_zone is not null then posting_no end) as book_zone,
        max_by(zone, last_scan_number) as zone,
        coalesce(sum(book_units), 0) as book_units,
        sum(uncounted_units) as uncounted_units,
        count(case when uncounted_units is null then 1 end) > 0 as is_counted,
        case
            when serial_number is null then coalesce(sum(found_units), 0)
            when max(found_units) > 0 then 1
            else 0
        end as found_units,
        max(away_status) as away_status,
        max(snapshot_on) as snapshot_on,
        case when serial_number is not null then min(book_at) else max(book_at) end as book_at,
        max_by(unit_cost, case when unit_cost is not null then posting_no end) as unit_cost,
        coalesce(sum(decisive_scans), 0) as decisive_scans,
        min(first_scanned_at) as first_scanned_at,
        max(last_scanned_at) as last_scanned_at,
        coalesce(max_by(_file_id, last_scan_number), max_by(_file_id, posting_no)) as _file_id,
        coalesce(max_by(_line_no, last_scan_number), max_by(_line_no, posting_no)) as _line_no
    from united
    group by count_id, item_id, serial_number

),

final as (

    select
        lines.count_id,
        lines.item_id,
        lines.serial_number,
        lines.is_in_plan,
        lines.zone,
        lines.book_zone,
        cast(
            case when lines.is_counted then lines.book_units else lines.uncounted_units end
            as decimal(18, 3)
        ) as book_units,
        cast(case when lines.is_counted then lines.found_units end as decimal(18, 3))
            as counted_units,
        cast(coalesce(lines.uncounted_units, 0) as decimal(18, 3)) as uncounted_units,
        lines.is_counted,
        case when lines.book_units <= 0 then lines.away_status end as away_status,
        cast(coalesce(every_scan.scans, 0) as integer) as scans,
        cast(lines.decisive_scans as integer) as decisive_scans,
        cast(every_scan.passes as integer) as passes,
        lines.first_scanned_at,
        lines.last_scanned_at,
        lines.snapshot_on,
        lines.book_at,
        lines.unit_cost,
        lines._file_id,
        lines._line_no
    from lines
    left join every_scan
        on lines.count_id = every_scan.count_id
        and lines.item_id is not distinct from every_scan.item_id
        and lines.serial_number is not distinct from every_scan.serial_number

)

select * from final
