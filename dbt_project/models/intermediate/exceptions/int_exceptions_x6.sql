with lines as (

    select * from {{ ref('fct_sales_lines') }}
    where is_net_sale and is_return

),

returned as (

    select * from {{ ref('int_returned_lines') }}

),

final as (

    select
        'X6' as rule_id,
        lines.store_id,
        lines.business_date,
        lines.transaction_id || ' line ' || cast(lines.line_number as string) as subject,
        lines.transaction_id,
        lines.line_number,
        lines.operator_id as employee_id,
        abs(lines.net_amount) as amount,
        case
            when returned.sold_by = lines.operator_id and lines.client_id is null
                then 'given back by who sold it, to a client nobody named'
            when returned.sold_by = lines.operator_id then 'given back by who sold it'
            when lines.client_id is null then 'given back to a client nobody named'
            else 'given back'
        end as note,
        lines._file_id,
        lines._line_no
    from lines
    left join returned
        on lines.store_id = returned.store_id
        and lines.business_date = returned.business_date
        and lines.transaction_id = returned.transaction_id
        and lines.line_number = returned.line_number

)

select * from final
