with receipts as (

    select * from {{ ref('int_rung_receipts') }}
    where transaction_status = 'voided'

),

final as (

    select
        'X3' as rule_id,
        store_id,
        business_date,
        transaction_id as subject,
        transaction_id,
        cast(null as integer) as line_number,
        operator_id as employee_id,
        abs(worth) as amount,
        'cancelled before payment' as note,
        _file_id,
        _line_no
    from receipts

)

select * from final
