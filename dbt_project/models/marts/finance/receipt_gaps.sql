with holes as (

    select * from {{ ref('int_receipt_holes') }}

),

counters as (

    select * from {{ ref('int_register_counters') }}

),

sales_days as (

    select * from {{ ref('int_received') }}
    where dataset = 'sales_lines'

),

-- How many open days of the store are still without sales lines, up to each day.
awaited as (

    select
        calendar.store_id,
        calendar.business_date,
        sum(case when calendar.is_open and sales_days.store_id is null then 1 else 0 end) over (
            partition by calendar.store_id
            order by calendar.business_date
            rows between unbounded preceding and current row
        ) as awaited_days
    from {{ ref('int_store_calendar') }} as calendar
    left join sales_days
        on calendar.store_id = sales_days.store_id
        and calendar.business_date = sales_days.business_date

),

delivered as (

    select
        counters.*,
        awaited.awaited_days
    from counters
    inner join sales_days
        on counters.store_id = sales_days.store_id
        and counters.business_date = sales_days.business_date
    left join awaited
        on counters.store_id = awaited.store_id
        and counters.business_date = awaited.business_date

),

followed as (

    select
        *,
        lag(greatest(
            coalesce(last_declared, last_seen), coalesce(last_seen, last_declared)
        )) over (
            partition by store_id, register_id, receipt_series
            order by business_date
        ) as previous_last,
        lag(business_date) over (
            partition by store_id, register_id, receipt_series
            order by business_date
        ) as previous_day,
        lag(awaited_days) over (
            partition by store_id, register_id, receipt_series
            order by business_date
        ) as previous_awaited_days
    from delivered

),

-- A counter that starts again from one expects less than it had reached: no gap.
expected as (

    select
        *,
        case
            when awaited_days > previous_awaited_days or previous_last is null then first_declared
            else least(coalesce(first_declared, previous_last + 1), previous_last + 1)
        end as first_expected
    from followed

),

gaps as (

    select
        store_id,
        register_id,
        receipt_series,
        business_date,
        first_missing,
        last_missing,
        'inside' as position,
        'missing between two receipts of the day' as explanation
    from holes
    union all
    select
        store_id,
        register_id,
        receipt_series,
        business_date,
        first_expected as first_missing,
        first_seen - 1 as last_missing,
        'start_of_day' as position,
        case
            when first_expected = first_declared
                then 'the till says the day began with an earlier number'
            else 'missing since the last receipt of ' || cast(previous_day as string)
        end as explanation
    from expected
    where first_expected < first_seen
    union all
    select
        store_id,
        register_id,
        receipt_series,
        business_date,
        coalesce(last_seen + 1, first_declared) as first_missing,
        last_declared as last_missing,
        'end_of_day' as position,
        'the till says the day ended with a later number' as explanation
    from expected
    where last_declared >= coalesce(last_seen + 1, first_declared)

),

-- A reason holds for the numbers it was given for, also when fewer of them are missing now; not for
-- the same numbers of another year.
explained as (

    select
        gaps.store_id,
        gaps.register_id,
        gaps.receipt_series,
        gaps.business_date,
        gaps.first_missing,
        gaps.position,
        reasons.gap_reason,
        reasons.reason,
        reasons.decided_by,
        reasons.decided_at
    from gaps
    inner join {{ ref('int_gap_reasons') }} as reasons
        on gaps.store_id = reasons.store_id
        and gaps.register_id is not distinct from reasons.register_id
        and gaps.receipt_series is not distinct from reasons.receipt_series
        and gaps.first_missing >= reasons.first_missing
        and gaps.last_missing <= reasons.last_missing
        and abs({{ days_between('reasons.business_date', 'gaps.business_date') }}) <= 31
    qualify
        row_number() over (
            partition by
                gaps.store_id,
                gaps.register_id,
                gaps.receipt_series,
                gaps.business_date,
                gaps.first_missing,
                gaps.position
            order by reasons.decision_no desc
        ) = 1

),

final as (

    select
        gaps.store_id || '|' || coalesce(gaps.register_id, '') || '|'
        || coalesce(gaps.receipt_series, '') || '|'
        || cast(gaps.business_date as string) || '|' || cast(gaps.first_missing as string)
            as gap_id,
        gaps.store_id,
        gaps.register_id,
        gaps.receipt_series,
        gaps.business_date,
        gaps.first_missing,
        gaps.last_missing,
        gaps.last_missing - gaps.first_missing + 1 as missing_count,
        gaps.position,
        gaps.explanation
        || case
            when sales_days.rejected_count > 0
                then '; ' || cast(sales_days.rejected_count as string)
                    || ' lines of the day were set aside and may be the missing ones'
            else ''
        end as explanation,
        explained.gap_reason is not null as is_explained,
        explained.gap_reason,
        explained.reason as gap_reason_words,
        explained.decided_by as explained_by,
        explained.decided_at as explained_at
    from gaps
    inner join sales_days
        on gaps.store_id = sales_days.store_id
        and gaps.business_date = sales_days.business_date
    left join explained
        on gaps.store_id = explained.store_id
        and gaps.register_id is not distinct from explained.register_id
        and gaps.receipt_series is not distinct from explained.receipt_series
        and gaps.business_date = explained.business_date
        and gaps.first_missing = explained.first_missing
        and gaps.position = explained.position

)

select * from final
