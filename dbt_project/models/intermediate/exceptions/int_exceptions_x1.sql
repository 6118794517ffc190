with lines as (

    select * from {{ ref('fct_sales_lines') }}
    where transaction_status = 'completed' and is_voided_line

),

final as (

    select
        'X1' as rule_id,
        store_id,
        business_date,
        transaction_id || ' line ' || cast(line_number as string) as subject,
        transaction_id,
        line_number,
        operator_id as employee_id,
        abs(gross_amount) as amount,
        'struck out before payment' as note,
        _file_id,
        _line_no
    from lines

)

select * from final
