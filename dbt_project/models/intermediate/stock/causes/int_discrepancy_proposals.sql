{{ config(materialized='table') }}

with lines as (

    select * from {{ ref('int_discrepant_lines') }}

),

claims as (

    select
        *,
        max(case when claim_no = 1 then root_cause end) over (partition by discrepancy_id)
            as decided_cause
    from {{ ref('int_discrepancy_claims') }}

),

events as (

    select * from {{ ref('int_stock_events') }}

),

clock as (

    select cast(run_at as date) as today from {{ ref('stg_clock') }}

),

stores as (

    select * from {{ ref('dim_stores') }}

),

verdicts as (

    select
        discrepancy_id,
        min(rule_id) as rule_id,
        min(rule_version) as rule_version,
        min(root_cause) as root_cause,
        min(outcome) as outcome,
        min(case when misfit = 1 and confidence = 'proved' then 'likely' else confidence end)
            as confidence,
        {{ text_list('document_id') }} as evidence_documents,
        {{ text_list('sentence') }} as evidence
    from claims
    where claim_no = 1
    group by discrepancy_id

),

-- Another count can know the other side of what a document decided.
sides as (

    select discrepancy_id, min(paired_discrepancy_id) as other_id
    from claims
    where root_cause = decided_cause
    group by discrepancy_id

),

-- A piece is set right by whatever posts it; other goods only by what is posted for the difference.
settled as (

    select
        lines.discrepancy_id,
        min(events.business_date) as settled_on
    from lines
    inner join events
        on lines.store_id = events.store_id
        and {{ same_goods('lines', 'events') }}
        and events.event_at > lines.book_at
        and lines.variance_units * events.quantity > 0
        and abs(events.quantity) >= abs(lines.variance_units)
    where lines.level = 'serial'
        or events.movement_type in ('count_adjustment', 'adjustment', 'write_off')
        or events.business_date <= lines.counted_on
    group by lines.discrepancy_id

),

judged as (

    select
        lines.*,
        verdicts.rule_id,
        verdicts.rule_version,
        verdicts.root_cause,
        verdicts.outcome,
        verdicts.confidence,
        sides.other_id,
        verdicts.evidence,
        verdicts.evidence_documents,
        settled.settled_on,
        case
            when verdicts.outcome = 'duplicate_scan' then lines.counted_on
            when not lines.is_newest or settled.settled_on is not null then settled.settled_on
            when lines.side_after is not null then lines.next_counted_on
        end as ended_on,
        case
            when not lines.is_newest then 'counted_again'
            when settled.settled_on is not null or verdicts.outcome = 'duplicate_scan'
                then 'resolved'
            when lines.side_after is not null then 'gone'
            else 'open'
        end as status
    from lines
    inner join verdicts on lines.discrepancy_id = verdicts.discrepancy_id
    left join sides on lines.discrepancy_id = sides.discrepancy_id
    left join settled on lines.discrepancy_id = settled.discrepancy_id

),

final as (

    select
        judged.discrepancy_id,
        judged.finding_id,
        judged.count_id,
        judged.store_id,
        judged.item_id,
        judged.serial_number,
        judged.counted_on,
        judged.zone,
        judged.book_zone,
        judged.book_units,
        judged.counted_units,
        judged.outcome,
        judged.root_cause,
        judged.confidence,
        judged.rule_id,
        judged.rule_version,
        judged.variance_units,
        judged.variance_cost,
        judged.variance_retail,
        stores.currency,
        -- Only the newest line of a finding stands in a pair, and only with one that points back.
        others.discrepancy_id as paired_discrepancy_id,
        judged.evidence,
        judged.evidence_documents,
        judged.first_seen_on,
        judged.settled_on,
        cast(
            {{ days_between('judged.first_seen_on', 'coalesce(judged.ended_on, clock.today)') }}
            as integer
        ) as age_days,
        judged.status
    from judged
    cross join clock
    left join stores on judged.store_id = stores.store_id
    left join judged as others
        on judged.other_id = others.discrepancy_id
        and judged.discrepancy_id = others.other_id
        and judged.root_cause = others.root_cause

)

select * from final
