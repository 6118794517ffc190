with lines as (

    select * from {{ ref('fct_sales_lines') }}
    where is_net_sale and not is_return and net_amount < cost_amount

),

final as (

    select
        'X16' as rule_id,
        store_id,
        business_date,
        transaction_id || ' line ' || cast(line_number as string) as subject,
        transaction_id,
        line_number,
        operator_id as employee_id,
        cast(cost_amount - net_amount as decimal(18, 2)) as amount,
        'paid less than it cost' as note,
        _file_id,
        _line_no
    from lines

)

select * from final
