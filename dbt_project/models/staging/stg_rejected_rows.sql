{{ config(incremental_strategy='replace_keys', unique_key='_batch_id') }}

select
    delivery_id,
    file_id,
    line_no,
    dataset,
    column_name,
    rule,
    value,
    expected,
    raw_line,
    store_id,
    business_date,
    known_from,
    _batch_id
from {{ recorded('rejected_rows') }}
