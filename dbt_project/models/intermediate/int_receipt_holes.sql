{{ config(materialized='incremental', incremental_strategy='replace_store_days') }}

with receipts as (

    select * from {{ touched(ref('int_receipts')) }}

),

neighbours as (

    select
        store_id,
        business_date,
        register_id,
        receipt_series,
        receipt_number,
        lag(receipt_number) over (
            partition by store_id, business_date, register_id, receipt_series
            order by receipt_number
        ) as previous_number
    from receipts
    where receipt_number is not null

),

final as (

    select
        store_id,
        business_date,
        register_id,
        receipt_series,
        previous_number + 1 as first_missing,
        receipt_number - 1 as last_missing
    from neighbours
    where receipt_number > previous_number + 1

)

select * from final
