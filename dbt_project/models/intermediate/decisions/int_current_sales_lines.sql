with lines as (

    select * from {{ ref('stg_sales_lines') }}
    where {{ is_counted() }}

),

cells as (

    select * from {{ ref('int_corrected_rows') }}
    where dataset = 'sales_lines'

),

final as (

    select
        {{- loupe.as_corrected('sales_lines', [
            'transaction_id', 'line_number', 'store_id', 'register_id', 'business_date',
            'receipt_series', 'receipt_number', 'sold_at', 'transaction_status', 'line_type',
            'item_id', 'serial_number', 'quantity', 'regular_unit_price', 'discount_amount',
            'net_amount', 'tax_amount', 'currency', 'is_voided_line', 'discount_reason',
            'is_price_override', 'sales_associate_id', 'operator_id', 'client_id', 'sale_channel',
            'ship_to_state', 'ship_to_postal_code', 'ship_to_country', 'tax_exemption',
            'tax_exemption_reference', 'original_transaction_id', 'return_reason', '_file_id',
            '_line_no', '_batch_id', '_scope',
        ]) }},
        cells.row_key is not null as is_corrected
    from lines
    left join cells
        on lines.store_id = cells.store_id
        and lines.business_date = cells.business_date
        and lines._file_id = cells.file_id
        and {{ loupe.row_key('sales_lines', 'lines') }} = cells.row_key

)

select * from final
