{{
    config(
        materialized='incremental',
        incremental_strategy='replace_store_days',
        partition_by='business_date',
    )
}}

with lines as (

    select * from {{ touched(ref('int_sales_lines')) }}

),

scopes as (

    select * from {{ ref('int_counter_scopes') }}

),

receipts as (

    select
        store_id,
        business_date,
        transaction_id,
        min(register_id) as register_id,
        min(receipt_series) as receipt_series,
        min(receipt_number) as receipt_number,
        min(client_id) as client_id,
        min(sold_at) as sold_at,
        max(currency) as currency,
        coalesce(bool_or(transaction_status = 'completed'), false) as is_completed,
        coalesce(bool_or(sale_channel = 'in_store'), false) as is_at_counter,
        coalesce(bool_or(is_net_sale and not is_return), false) as has_sale,
        coalesce(bool_or(is_net_sale and is_return), false) as has_return,
        cast(
            coalesce(sum(case when is_completed_line then net_amount + tax_amount end), 0)
            as decimal(18, 2)
        ) as lines_total,
        cast(
            coalesce(sum(case when is_net_sale then net_amount end), 0) as decimal(18, 2)
        ) as net_sales,
        cast(
            coalesce(
                sum(case when is_completed_line and line_type = 'service' then net_amount end), 0
            ) as decimal(18, 2)
        ) as service_sales,
        min_by(_file_id, line_number) as _file_id,
        min_by(_line_no, line_number) as _line_no
    from lines
    group by store_id, business_date, transaction_id

),

final as (

    select
        receipts.*,
        -- The till that counts the receipt; none where one counter serves the store.
        case when coalesce(scopes.scope, 'register') = 'register' then receipts.register_id end
            as counter_register_id
    from receipts
    left join scopes
        on receipts.store_id = scopes.store_id
        and receipts.business_date >= scopes.valid_from
        and receipts.business_date < scopes.valid_before

)

select * from final
