{{ config(materialized='table') }}

select
    run_id,
    run_at
from {{ source('lake', 'clock') }}
