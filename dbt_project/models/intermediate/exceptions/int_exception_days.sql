{{
    config(
        materialized='incremental',
        incremental_strategy='replace_store_days',
        partition_by='business_date',
    )
}}

with acts as (

    select * from {{ touched(ref('int_exception_acts')) }}

)

select * from acts
