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

final as (

    select
        transaction_id,
        line_number,
        store_id,
        register_id,
        business_date,
        receipt_series,
        receipt_number,
        sold_at,
        transaction_status,
        line_type,
        item_id,
        serial_number,
        quantity,
        regular_unit_price,
        discount_amount,
        net_amount,
        tax_amount,
        currency,
        is_voided_line,
        discount_reason,
        is_price_override,
        sales_associate_id,
        operator_id,
        client_id,
        sale_channel,
        ship_to_state,
        ship_to_postal_code,
        ship_to_country,
        tax_exemption,
        tax_exemption_reference,
        original_transaction_id,
        return_reason,
        is_net_sale,
        is_return,
        gross_amount,
        cost_amount,
        category,
        is_corrected,
        _file_id,
        _line_no,
        _batch_id
    from lines

)

select * from final
