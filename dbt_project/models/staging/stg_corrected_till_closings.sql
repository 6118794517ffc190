{{ config(incremental_strategy='replace_keys', unique_key=['_file_id', '_batch_id']) }}

{{ loupe.versions_of_corrected_rows('till_closings', [
    'register_id', 'z_number', 'tender_type', 'declared_amount',
]) }}
