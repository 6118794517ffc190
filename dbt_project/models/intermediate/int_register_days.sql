{{
    config(
        materialized='incremental',
        incremental_strategy='replace_store_days',
        partition_by='business_date',
    )
}}

with receipts as (

    select * from {{ touched(ref('int_receipts')) }}

),

final as (

    -- Every receipt uses up its number, whatever became of it.
    select
        store_id,
        business_date,
        counter_register_id as register_id,
        receipt_series,
        min(receipt_number) as first_seen,
        max(receipt_number) as last_seen
    from receipts
    where receipt_number is not null
    group by store_id, business_date, counter_register_id, receipt_series

)

select * from final
