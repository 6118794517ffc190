{{ config(materialized='table') }}

select distinct
    store_id,
    business_date
from {{ recorded('decisions') }}
where store_id is not null and business_date is not null
