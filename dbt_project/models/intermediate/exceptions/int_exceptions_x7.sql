with lines as (

    select * from {{ ref('fct_sales_lines') }}
    where is_net_sale and not is_return and gross_amount > net_amount and gross_amount > 0

),

final as (

    select
        'X7' as rule_id,
        store_id,
        business_date,
        transaction_id || ' line ' || cast(line_number as string) as subject,
        transaction_id,
        line_number,
        operator_id as employee_id,
        cast(gross_amount - net_amount as decimal(18, 2)) as amount,
        cast({{ percent_off('gross_amount', 'net_amount') }} as string)
        || ' percent off: ' || coalesce(discount_reason, 'no reason given') as note,
        _file_id,
        _line_no
    from lines

)

select * from final
