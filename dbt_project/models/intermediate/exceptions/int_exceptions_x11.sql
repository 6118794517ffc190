with events as (

    select * from {{ ref('fct_till_events') }}
    where event_type = 'tender_changed'

),

final as (

    select
        'X11' as rule_id,
        store_id,
        business_date,
        'event ' || event_id as subject,
        transaction_id,
        cast(null as integer) as line_number,
        operator_id as employee_id,
        coalesce(abs(amount), 0) as amount,
        'payment changed after the receipt was closed'
        || coalesce(': ' || replace(old_value, '_', ' '), '')
        || coalesce(' to ' || replace(new_value, '_', ' '), '') as note,
        _file_id,
        _line_no
    from events

)

select * from final
