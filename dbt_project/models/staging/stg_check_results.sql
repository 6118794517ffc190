{{ config(incremental_strategy='replace_keys', unique_key='run_id') }}

select
    run_id,
    checked_at,
    border,
    subject,
    rule,
    severity,
    passed,
    observed,
    expected,
    rows_failed
from {{ recorded('check_results') }}
