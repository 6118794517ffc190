with lines as (

    select * from {{ ref('count_lines') }}
    where serial_number is not null

),

counts as (

    select * from {{ ref('int_counts') }}

),

rules as (

    select * from {{ ref('int_count_rules') }}

),

-- Until a count is approved its differences can still be posted.
open_lines as (

    select
        lines.serial_number,
        lines.item_id,
        lines.count_id,
        lines.store_id,
        lines.counted_units,
        lines.variance_units,
        lines.variance_cost,
        lines.currency,
        counts.opens_at,
        counts.ends_at,
        lines._file_id,
        lines._line_no
    from lines
    inner join counts on lines.count_id = counts.count_id
    where coalesce(counts.status, 'counting') in ('counting', 'counted')

),

paired as (

    select
        *,
        lead(count_id) over piece as other_count_id,
        lead(store_id) over piece as other_store_id,
        lead(counted_units) over piece as other_counted_units,
        lead(variance_units) over piece as other_variance_units,
        lead(opens_at) over piece as other_opens_at
    from open_lines
    window piece as (partition by serial_number order by opens_at, count_id)

),

final as (

    select
        paired.count_id || '|' || paired.other_count_id || '|' || paired.serial_number
            as overlap_id,
        paired.count_id,
        paired.other_count_id,
        paired.store_id,
        paired.other_store_id,
        paired.item_id,
        paired.serial_number,
        paired.counted_units,
        paired.other_counted_units,
        paired.variance_units,
        paired.other_variance_units,
        paired.variance_cost,
        paired.currency,
        paired.opens_at,
        paired.other_opens_at,
        case
            when
                paired.store_id <> paired.other_store_id
                and paired.counted_units > 0
                and paired.other_counted_units > 0
                then 'found in two stores'
            when paired.variance_units <> 0 and paired.other_variance_units <> 0
                then 'both counts would post a difference'
            when coalesce(paired.variance_units, 0) <> coalesce(paired.other_variance_units, 0)
                then 'the counts disagree'
            else 'held by both counts'
        end as concern,
        paired._file_id,
        paired._line_no
    from paired
    inner join rules
        on rules.rule_id = 'overlap_days'
        and cast(paired.other_opens_at as date) >= rules.valid_from
        and cast(paired.other_opens_at as date) < rules.valid_before
    where
        paired.other_count_id is not null
        and cast(paired.other_opens_at as date)
        <= {{ add_days('cast(paired.ends_at as date)', 'cast(rules.value as integer)') }}

)

select * from final
