-- By name: a table kept by day has its day last where it is partitioned.
with days as (

    select
        rule_id,
        store_id,
        business_date,
        subject,
        transaction_id,
        line_number,
        employee_id,
        amount,
        note,
        _file_id,
        _line_no
    from {{ ref('int_exception_days') }}

),

history as (

    {{ united_exceptions(history_exceptions()) }}

),

events as (

    select * from days
    union all
    select * from history

),

rules as (

    select * from {{ ref('int_exception_rules') }}

),

final as (

    select
        events.rule_id,
        events.store_id,
        events.business_date,
        events.subject,
        events.transaction_id,
        events.line_number,
        events.employee_id,
        events.amount,
        events.note,
        rules.rule_name,
        rules.version as rule_version,
        events._file_id,
        events._line_no
    from events
    inner join rules
        on events.rule_id = rules.rule_id
        and events.business_date >= rules.valid_from
        and events.business_date < rules.valid_before

)

select * from final
