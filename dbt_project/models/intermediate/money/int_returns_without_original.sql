with returns as (

    select * from {{ ref('fct_sales_lines') }}
    where is_net_sale and is_return and original_transaction_id is null

),

final as (

    select
        store_id,
        business_date,
        transaction_id,
        min(register_id) as register_id,
        max(currency) as currency,
        cast(sum(net_amount + tax_amount) as decimal(18, 2)) as amount,
        min_by(_file_id, line_number) as _file_id,
        min_by(_line_no, line_number) as _line_no
    from returns
    group by store_id, business_date, transaction_id

)

select * from final
