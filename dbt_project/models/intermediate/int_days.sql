{{ config(materialized='table') }}

select calendar_date
from (
    {{ each_day("date '2000-01-01'", "date '2049-12-31'") }}
) as days
