{{ config(materialized='table') }}

with lines as (

    select
        *,
        case when serial_number is null then 'item' else 'serial' end as level,
        case
            when not is_counted then 'uncounted'
            when counted_units < book_units then 'short'
            when counted_units > book_units then 'over'
            when serial_number is not null and counted_units > 0
                and (decisive_scans > 1 or zone <> book_zone) then 'level'
            else 'agreed'
        end as side
    from {{ ref('count_lines') }}

),

-- Of a count that nobody has begun, nothing is left out yet.
begun as (

    select distinct count_id from lines
    where is_counted

),

-- A count that left goods out says nothing about a difference seen before it; one that counted them
-- ends their being left out.
compared as (

    select
        *,
        case
            when is_counted then lag(side) over (
                partition by store_id, item_id, serial_number, is_counted
                order by book_at, count_id
            )
            else lag(side) over (
                partition by store_id, item_id, serial_number order by book_at, count_id
            )
        end as side_before,
        case
            when is_counted then lead(side) over (
                partition by store_id, item_id, serial_number, is_counted
                order by book_at, count_id
            )
            else lead(side) over (
                partition by store_id, item_id, serial_number order by book_at, count_id
            )
        end as side_after,
        case
            when is_counted then lead(counted_on) over (
                partition by store_id, item_id, serial_number, is_counted
                order by book_at, count_id
            )
            else lead(counted_on) over (
                partition by store_id, item_id, serial_number order by book_at, count_id
            )
        end as next_counted_on,
        max(case when side in ('level', 'agreed') then book_at end) over (
            partition by store_id, item_id, serial_number order by book_at, count_id
            rows between unbounded preceding and 1 preceding
        ) as agreed_at
    from lines

),

-- What stays from count to count is one finding: a run of lines that are off to the same side.
runs as (

    select
        *,
        sum(case when side = side_before then 0 else 1 end) over (
            partition by store_id, item_id, serial_number, is_counted order by book_at, count_id
            rows between unbounded preceding and current row
        ) as run_no
    from compared

),

dated as (

    select
        *,
        min(counted_on) over (
            partition by store_id, item_id, serial_number, is_counted, run_no
        ) as first_seen_on,
        side_after is null or side_after <> side as is_newest
    from runs

),

-- A count that was posted has set the book right: what was wrong before says nothing any more.
adjusted as (

    select
        dated.count_id,
        dated.item_id,
        dated.serial_number,
        max(events.event_at) as adjusted_at
    from dated
    inner join {{ ref('int_stock_events') }} as events
        on dated.store_id = events.store_id
        and {{ same_goods('dated', 'events') }}
        and events.movement_type = 'count_adjustment'
        and events.event_at <= dated.book_at
    group by dated.count_id, dated.item_id, dated.serial_number

),

final as (

    select
        dated.count_id || '|' || coalesce(dated.item_id, '') || '|'
        || coalesce(dated.serial_number, '') as discrepancy_id,
        dated.store_id || '|' || coalesce(dated.item_id, '') || '|'
        || coalesce(dated.serial_number, '') || '|' || dated.side || '|'
        || cast(dated.first_seen_on as string) as finding_id,
        dated.count_id,
        dated.store_id,
        dated.item_id,
        dated.serial_number,
        dated.level,
        dated.side,
        dated.zone,
        dated.book_zone,
        dated.book_units,
        dated.counted_units,
        dated.decisive_scans,
        dated.passes,
        dated.book_at,
        dated.counted_on,
        dated.count_type,
        dated.is_final,
        dated.first_seen_on,
        dated.is_newest,
        dated.side_after,
        dated.next_counted_on,
        greatest(
            coalesce(dated.agreed_at, adjusted.adjusted_at),
            coalesce(adjusted.adjusted_at, dated.agreed_at)
        ) as agreed_at,
        -- What was not counted is not lost.
        cast(case when dated.is_counted then dated.variance_units else 0 end as decimal(18, 3))
            as variance_units,
        cast(case when dated.is_counted then dated.variance_cost else 0 end as decimal(18, 2))
            as variance_cost,
        cast(case when dated.is_counted then dated.variance_retail else 0 end as decimal(18, 2))
            as variance_retail
    from dated
    inner join begun on dated.count_id = begun.count_id
    left join adjusted
        on dated.count_id = adjusted.count_id
        and {{ same_goods('dated', 'adjusted') }}
    where dated.side in ('short', 'over', 'level')
        or (dated.side = 'uncounted' and dated.book_units <> 0)

)

select * from final
