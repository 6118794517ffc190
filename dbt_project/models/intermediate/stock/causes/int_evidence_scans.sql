with lines as (

    select * from {{ ref('int_discrepant_lines') }}

),

scans as (

    select * from {{ ref('fct_count_scans') }}

),

-- Units read twice by one person within a minute, in the pass that counts.
repeated as (

    select
        lines.discrepancy_id,
        lines.count_id,
        lines.counted_on,
        scans.quantity as units,
        scans.scan_number,
        scans._file_id,
        scans._line_no,
        scans.scanned_at,
        lag(scans.scanned_at) over (
            partition by
                lines.discrepancy_id, scans.zone, scans.counted_by, scans.quantity
            order by scans.scanned_at, scans.scan_number
        ) as scanned_before_at
    from lines
    inner join scans
        on lines.count_id = scans.count_id
        and lines.item_id = scans.item_id
        and lines.passes = scans.count_pass
    where lines.level = 'item' and lines.side = 'over' and scans.quantity > 0

),

-- A recount of its own count is a second look too.
again as (

    select
        lines.discrepancy_id,
        later.count_id,
        later.counted_on
    from lines
    inner join lines as later
        on lines.finding_id = later.finding_id
        and later.is_final
        and (
            later.book_at > lines.book_at
            or (later.discrepancy_id = lines.discrepancy_id and later.passes > 1)
        )
    where lines.side = 'short'

),

told as (

    select
        discrepancy_id,
        'missing_again' as evidence,
        cast(null as decimal(18, 3)) as units,
        count_id,
        counted_on,
        'Count ' || count_id || ' of ' || cast(counted_on as string)
        || ' did not find it when looking again.' as sentence,
        cast(null as integer) as line_number,
        cast(null as string) as _file_id,
        cast(null as bigint) as _line_no
    from again
    union all
    select
        discrepancy_id,
        'repeated_scan' as evidence,
        units,
        count_id,
        counted_on,
        'Scan ' || cast(scan_number as string) || ' of count ' || count_id
        || ' read the same units again within a minute.' as sentence,
        scan_number as line_number,
        _file_id,
        _line_no
    from repeated
    where {{ minutes_between('scanned_before_at', 'scanned_at') }} <= 1
    union all
    select
        discrepancy_id,
        case
            when side = 'uncounted' then 'not_counted'
            when side = 'short' then 'incomplete_count'
            when decisive_scans > 1 then 'repeated_scan'
            else 'other_zone'
        end as evidence,
        cast(null as decimal(18, 3)) as units,
        count_id,
        counted_on,
        case
            when side = 'uncounted'
                then 'No scan of count ' || count_id || ' says whether it is there.'
            when side = 'short' then 'Count ' || count_id || ' did not cover all that was due.'
            when decisive_scans > 1
                then 'Scanned ' || cast(decisive_scans as string) || ' times in count ' || count_id || '.'
            else 'Found in ' || zone || ', booked in ' || book_zone || '.'
        end as sentence,
        cast(null as integer) as line_number,
        cast(null as string) as _file_id,
        cast(null as bigint) as _line_no
    from lines
    where side in ('uncounted', 'level') or (side = 'short' and not is_final)

),

final as (

    select
        discrepancy_id,
        evidence,
        units,
        counted_on as occurred_on,
        'count_scans' as dataset,
        count_id as document_id,
        line_number,
        _file_id,
        _line_no,
        sentence
    from told

)

select * from final
