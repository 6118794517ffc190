{{ config(materialized='view') }}

select
    run_id,
    run_at
from {{ source('lake', 'clock') }}
