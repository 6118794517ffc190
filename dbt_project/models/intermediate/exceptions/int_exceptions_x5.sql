with lines as (

    select * from {{ ref('fct_sales_lines') }}
    where is_net_sale and is_return and original_transaction_id is null

),

final as (

    select
        'X5' as rule_id,
        store_id,
        business_date,
        transaction_id || ' line ' || cast(line_number as string) as subject,
        transaction_id,
        line_number,
        operator_id as employee_id,
        abs(net_amount) as amount,
        'taken back without the receipt that sold it' as note,
        _file_id,
        _line_no
    from lines

)

select * from final
