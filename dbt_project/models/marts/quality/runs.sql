select
    run_id,
    run_at,
    started_at,
    finished_at,
    status,
    files_loaded,
    rows_loaded,
    published
from {{ ref('stg_runs') }}
