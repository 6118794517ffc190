{{ config(incremental_strategy='replace_keys', unique_key='_batch_id') }}

select
    delivery_id,
    file_id,
    dataset,
    reason,
    row_count,
    known_from,
    _batch_id
from {{ recorded('skipped_rows') }}
