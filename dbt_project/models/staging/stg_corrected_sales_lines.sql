{{ config(incremental_strategy='replace_keys', unique_key=['_file_id', '_batch_id']) }}

{{ loupe.versions_of_corrected_rows('sales_lines', [
    'transaction_id', 'line_number', 'transaction_status', 'line_type', 'is_voided_line',
    'quantity', 'net_amount',
]) }}
