with events as (

    select * from {{ ref('fct_till_events') }}
    where event_type = 'drawer_opened' and transaction_id is null

),

final as (

    select
        'X4' as rule_id,
        store_id,
        business_date,
        'event ' || event_id as subject,
        transaction_id,
        cast(null as integer) as line_number,
        operator_id as employee_id,
        coalesce(abs(amount), 0) as amount,
        'drawer opened without a sale' || coalesce(': ' || reason, '') as note,
        _file_id,
        _line_no
    from events

)

select * from final
