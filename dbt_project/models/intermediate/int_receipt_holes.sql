{{
    config(
        materialized='incremental',
        incremental_strategy='replace_store_days',
        partition_by='business_date',
    )
}}

with receipts as (

    select * from {{ touched(ref('int_receipts')) }}
    where receipt_number is not null

),

rung as (

    select
        *,
        lag(receipt_number) over (
            partition by store_id, business_date, counter_register_id, receipt_series
            order by sold_at nulls first, receipt_number
        ) as rung_before
    from receipts

),

counted as (

    select
        *,
        sum(case when receipt_number <= 10 and rung_before > 100 then 1 else 0 end) over (
            partition by store_id, business_date, counter_register_id, receipt_series
            order by sold_at nulls first, receipt_number
            rows between unbounded preceding and current row
        ) as count_no
    from rung

),

neighbours as (

    select
        store_id,
        business_date,
        counter_register_id,
        receipt_series,
        receipt_number,
        lag(receipt_number) over (
            partition by store_id, business_date, counter_register_id, receipt_series, count_no
            order by receipt_number
        ) as previous_number
    from counted

),

final as (

    select
        store_id,
        business_date,
        counter_register_id as register_id,
        receipt_series,
        previous_number + 1 as first_missing,
        receipt_number - 1 as last_missing
    from neighbours
    where receipt_number > previous_number + 1

)

select * from final
