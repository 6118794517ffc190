with events as (

    select * from {{ ref('int_exception_events') }}

),

final as (

    select
        rule_id,
        rule_name,
        store_id,
        business_date,
        cast(date_trunc('month', business_date) as date) as period_start,
        subject,
        transaction_id,
        line_number,
        employee_id,
        amount,
        note,
        rule_version,
        _file_id,
        _line_no
    from events

)

select * from final
