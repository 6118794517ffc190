{{
    config(
        materialized='incremental',
        incremental_strategy='replace_store_days',
        partition_by='business_date',
    )
}}

with lines as (

    select
        *,
        coalesce(is_voided_line, false) as is_struck
    from {{ touched(ref('fct_sales_lines')) }}

),

final as (

    select
        store_id,
        business_date,
        transaction_id,
        min(register_id) as register_id,
        min(transaction_status) as transaction_status,
        min(operator_id) as operator_id,
        min(sold_at) as sold_at,
        max(currency) as currency,
        cast(
            coalesce(sum(case when not is_struck then net_amount + tax_amount end), 0)
            as decimal(18, 2)
        ) as worth,
        cast(
            coalesce(
                sum(case when line_type = 'gift_card' and not is_struck then net_amount end), 0
            ) as decimal(18, 2)
        ) as gift_card_amount,
        count(*) as line_count,
        sum(case when is_net_sale and not is_return then 1 else 0 end) as sold_lines,
        sum(case when is_net_sale and is_return then 1 else 0 end) as returned_lines,
        min_by(_file_id, line_number) as _file_id,
        min_by(_line_no, line_number) as _line_no
    from lines
    group by store_id, business_date, transaction_id

)

select * from final
