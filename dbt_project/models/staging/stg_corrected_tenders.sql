{{ config(incremental_strategy='replace_keys', unique_key=['_file_id', '_batch_id']) }}

{{ loupe.versions_of_corrected_rows('tenders', [
    'transaction_id', 'tender_number', 'tender_amount', 'change_amount',
]) }}
