with events as (

    select * from {{ ref('fct_till_events') }}
    where event_type = 'associate_changed'

),

final as (

    select
        'X18' as rule_id,
        store_id,
        business_date,
        'event ' || event_id as subject,
        transaction_id,
        cast(null as integer) as line_number,
        operator_id as employee_id,
        coalesce(abs(amount), 0) as amount,
        case
            when new_value = operator_id then 'sale given to themselves'
            else 'sale given to another seller'
        end || coalesce(': ' || old_value, '') || coalesce(' to ' || new_value, '') as note,
        _file_id,
        _line_no
    from events

)

select * from final
