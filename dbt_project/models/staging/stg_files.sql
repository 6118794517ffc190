{{ config(incremental_strategy='replace_keys', unique_key='_batch_id') }}

select
    delivery_id,
    file_id,
    file_name,
    source_system,
    mapping,
    mapping_version,
    dataset,
    received_at,
    exported_at,
    sequence_no,
    lines_read,
    rows_loaded,
    rows_rejected,
    rows_skipped,
    status,
    status_reason,
    control_total_check,
    file_bytes,
    known_from,
    _batch_id
from {{ recorded('files') }}
