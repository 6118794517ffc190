{{ config(materialized='table') }}

with scans as (

    select * from {{ ref('fct_count_scans') }}

),

counts as (

    select * from {{ ref('int_counts') }}

),

zones as (

    select * from {{ ref('int_count_zones') }}

),

postings as (

    select * from {{ ref('int_count_postings') }}

),

booked_serials as (

    select count_id, serial_number, max(item_id) as item_id
    from postings
    where serial_number is not null
    group by count_id, serial_number

),

-- A serial number read alone is the piece of that number the store knows of.
named as (

    select
        scans.count_id,
        scans.serial_number,
        scans.count_pass,
        scans.quantity,
        scans.scan_number,
        scans.scanned_at,
        scans._file_id,
        scans._line_no,
        coalesce(
            scans.item_id,
            max(scans.item_id) over (partition by scans.count_id, scans.serial_number),
            booked_serials.item_id
        ) as item_id,
        zones.zone,
        -- The last whole count of the zone decides, and of a line looked at again the last look.
        scans.count_pass >= zones.decisive_pass
        and scans.count_pass = max(scans.count_pass) over (
            partition by
                scans.count_id, zones.zone, coalesce(scans.serial_number, scans.item_id)
        ) as is_decisive
    from scans
    inner join counts on scans.count_id = counts.count_id
    inner join zones
        on scans.count_id = zones.count_id
        and coalesce(scans.zone, counts.zone) is not distinct from zones.zone
    left join booked_serials
        on scans.count_id = booked_serials.count_id
        and scans.serial_number = booked_serials.serial_number
    -- A scan of nothing says that a place was looked at.
    where scans.item_id is not null or scans.serial_number is not null

),

final as (

    select
        count_id,
        item_id,
        serial_number,
        zone,
        cast(sum(case when is_decisive then quantity end) as decimal(18, 3)) as units,
        count(*) as scans,
        count(case when is_decisive then 1 end) as decisive_scans,
        max(count_pass) as passes,
        min(case when is_decisive and quantity > 0 then scanned_at end) as first_found_at,
        min(case when is_decisive then scanned_at end) as first_scanned_at,
        max(case when is_decisive then scanned_at end) as last_scanned_at,
        max(case when is_decisive then scan_number end) as last_scan_number,
        max_by(_file_id, case when is_decisive then scan_number end) as _file_id,
        max_by(_line_no, case when is_decisive then scan_number end) as _line_no
    from named
    group by count_id, item_id, serial_number, zone

)

select * from final
