{{ config(incremental_strategy='replace_keys', unique_key='run_id') }}

select
    run_id,
    run_at,
    started_at,
    finished_at,
    status,
    files_loaded,
    rows_loaded,
    published
from {{ recorded('runs') }}
