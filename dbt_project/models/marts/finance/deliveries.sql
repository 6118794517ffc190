with clock as (

    select * from {{ ref('stg_clock') }}

),

calendar as (

    select * from {{ ref('int_store_calendar') }}

),

received as (

    select * from {{ ref('int_received') }}

),

terms as (

    select
        *,
        lead(valid_from) over (
            partition by dataset, store_format order by valid_from
        ) as valid_before
    from {{ ref('delivery_terms') }}

),

-- A network that never sends a dataset owes none; one that does owes it from its first day on.
begun as (

    select dataset, min(business_date) as first_day
    from received
    group by dataset

),

owed as (

    select
        terms.dataset,
        calendar.store_id,
        calendar.business_date,
        calendar.is_open,
        calendar.is_in_calendar,
        calendar.reason,
        terms.blocks_day,
        terms.missing_after_hours,
        calendar.local_today > calendar.business_date as is_day_over,
        calendar.time_zone,
        terms.due_days_after,
        terms.due_local_time
    from calendar
    inner join terms
        on calendar.store_format = terms.store_format
        and calendar.business_date >= terms.valid_from
        and calendar.business_date < coalesce(terms.valid_before, date '9999-12-31')
    inner join begun
        on terms.dataset = begun.dataset
        and calendar.business_date >= begun.first_day
    where calendar.business_date <= calendar.local_today
        and calendar.business_date >= coalesce(calendar.opened_on, calendar.business_date)

),

-- Worked out once a zone and day: time zones are slow, and fifty stores share a handful.
deadlines as (

    select
        *,
        {{ local_to_utc(
            "cast(cast(" ~ add_days('business_date', 'due_days_after')
            ~ " as string) || ' ' || due_local_time as timestamp)",
            'time_zone'
        ) }} as due_at
    from (
        select distinct time_zone, business_date, due_days_after, due_local_time
        from owed
    ) as days

),

due as (

    select
        owed.*,
        deadlines.due_at
    from owed
    inner join deadlines
        on owed.time_zone = deadlines.time_zone
        and owed.business_date = deadlines.business_date
        and owed.due_days_after = deadlines.due_days_after
        and owed.due_local_time = deadlines.due_local_time

),

-- What came although nobody owed it is shown too, and blocks like the rest of its dataset.
tracked as (

    select dataset, bool_or(blocks_day) as blocks_day
    from terms
    group by dataset

),

matched as (

    select
        tracked.dataset,
        coalesce(due.store_id, received.store_id) as store_id,
        coalesce(due.business_date, received.business_date) as business_date,
        coalesce(due.is_open, true) as is_open,
        coalesce(due.is_in_calendar, true) as is_in_calendar,
        due.reason,
        coalesce(due.blocks_day, tracked.blocks_day) as blocks_day,
        due.due_at,
        due.is_day_over,
        {{ add_hours('due.due_at', 'due.missing_after_hours') }} as missing_at,
        received.received_at,
        received.last_received_at,
        received.file_id,
        received.row_count,
        received.rejected_count,
        received.replaced_versions,
        received.is_sent_again,
        greatest(
            0,
            {{ minutes_between('due.due_at', 'coalesce(received.received_at, clock.run_at)') }}
        ) as minutes_late,
        clock.run_at
    from due
    full outer join received
        on due.dataset = received.dataset
        and due.store_id = received.store_id
        and due.business_date = received.business_date
    inner join tracked on coalesce(due.dataset, received.dataset) = tracked.dataset
    cross join clock

),

judged as (

    select
        *,
        case
            when received_at is not null and rejected_count > 0 then 'incomplete'
            when received_at is not null and replaced_versions > 0 then 'reopened'
            when received_at is not null and is_sent_again then 'duplicate'
            when received_at is not null then 'received'
            when not is_open then 'closed'
            when not is_day_over then 'not_due'
            when run_at < due_at then 'due'
            when run_at < missing_at then 'late'
            else 'missing'
        end as status
    from matched

),

final as (

    select
        dataset,
        store_id,
        business_date,
        status,
        due_at,
        received_at,
        last_received_at,
        cast(
            case
                when status in ('closed', 'not_due', 'due') then 0
                else coalesce(minutes_late, 0)
            end as bigint
        ) as minutes_late,
        file_id,
        cast(row_count as bigint) as row_count,
        case status
            when 'closed' then coalesce(reason, 'closed in the calendar')
            when 'incomplete' then cast(rejected_count as string) || ' lines were set aside'
            when 'reopened' then 'delivered again: the newest delivery counts'
            when 'duplicate' then 'the same file came again and was ignored'
            when 'received'
                then case when not is_open then 'received although the calendar says closed' end
            else case when not is_in_calendar then 'not in the calendar: assumed open' end
        end as reason,
        blocks_day
    from judged

)

select * from final
