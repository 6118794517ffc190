{{ config(materialized='table') }}

with lines as (

    select
        *,
        coalesce(serial_number, item_id) as goods
    from {{ ref('fct_sales_lines') }}
    where is_net_sale

),

final as (

    select
        returned.store_id,
        returned.business_date,
        returned.transaction_id,
        returned.line_number,
        min(sold.business_date) as sold_on,
        min(sold.sales_associate_id) as sold_by,
        cast(sum(sold.net_amount) as decimal(18, 2)) as sold_net_amount,
        cast(sum(sold.tax_amount) as decimal(18, 2)) as sold_tax_amount
    from lines as returned
    inner join lines as sold
        on returned.original_transaction_id = sold.transaction_id
        and returned.goods = sold.goods
    where returned.is_return and not sold.is_return
    group by
        returned.store_id,
        returned.business_date,
        returned.transaction_id,
        returned.line_number

)

select * from final
