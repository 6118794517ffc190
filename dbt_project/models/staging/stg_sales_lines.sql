{{ config(incremental_strategy='replace_scopes', partition_by='business_date') }}

with arrived as (

    select * from {{ arrived('sales_lines') }}

),

current_scopes as (

    select * from {{ ref('stg_arrived_scopes') }}
    where dataset = 'sales_lines' and is_current

),

delivered as (

    select
        arrived.transaction_id,
        arrived.line_number,
        arrived.store_id,
        arrived.register_id,
        arrived.business_date,
        arrived.receipt_series,
        arrived.receipt_number,
        arrived.sold_at,
        arrived.transaction_status,
        arrived.line_type,
        arrived.item_id,
        arrived.serial_number,
        arrived.quantity,
        arrived.regular_unit_price,
        arrived.discount_amount,
        arrived.net_amount,
        arrived.tax_amount,
        arrived.currency,
        arrived.is_voided_line,
        arrived.discount_reason,
        arrived.is_price_override,
        arrived.sales_associate_id,
        arrived.operator_id,
        arrived.client_id,
        arrived.sale_channel,
        arrived.ship_to_state,
        arrived.ship_to_postal_code,
        arrived.ship_to_country,
        arrived.tax_exemption,
        arrived.tax_exemption_reference,
        arrived.original_transaction_id,
        arrived.return_reason,
        arrived._file_id,
        arrived._line_no,
        arrived._batch_id,
        arrived._scope
    from arrived
    inner join current_scopes
        on arrived._scope = current_scopes.scope
        and arrived._file_id = current_scopes.file_id
        and arrived._batch_id = current_scopes._batch_id
    {{ counted_once(['store_id', 'business_date', 'transaction_id', 'line_number', '_scope']) }}

),

final as (

    {{ repeats_marked(
        'delivered', ['store_id', 'business_date', 'transaction_id', 'line_number']
    ) }}

)

select * from final
