with rules as (

    select * from {{ ref('int_exception_rules') }}

),

events as (

    select
        *,
        cast(date_trunc('month', business_date) as date) as period_start
    from {{ ref('int_exception_events') }}

),

bases as (

    select * from {{ ref('int_exception_bases') }}

),

-- Acts stand for themselves; a rate is asked of everybody who could have done such a thing.
counted as (

    select
        rule_id,
        store_id,
        employee_id,
        period_start,
        count(*) as event_count,
        0 as base_count,
        sum(amount) as amount
    from events
    group by rule_id, store_id, employee_id, period_start
    union all
    select
        rules.rule_id,
        bases.store_id,
        bases.employee_id,
        bases.period_start,
        0 as event_count,
        bases.base_count,
        0 as amount
    from bases
    inner join rules
        on bases.base = rules.base
        and bases.period_start >= rules.valid_from
        and bases.period_start < rules.valid_before

),

final as (

    select
        rule_id,
        store_id,
        employee_id,
        period_start,
        cast(sum(event_count) as bigint) as event_count,
        cast(sum(base_count) as bigint) as base_count,
        cast(sum(amount) as decimal(18, 2)) as amount
    from counted
    group by rule_id, store_id, employee_id, period_start

)

select * from final
