{{
    config(
        materialized='incremental',
        incremental_strategy='replace_store_days',
        partition_by='business_date',
    )
}}

with receipts as (

    select * from {{ touched(ref('int_receipts')) }}
    where is_completed and sold_at is not null

),

-- A receipt put on hold is rung up later than its number says: only completed ones are looked at.
followed as (

    select
        *,
        lag(sold_at) over (
            partition by store_id, business_date, register_id, receipt_series
            order by receipt_number, sold_at
        ) as previous_sold_at
    from receipts

),

final as (

    select
        store_id,
        business_date,
        transaction_id,
        sold_at,
        is_at_counter,
        case
            when receipt_number is not null and sold_at < previous_sold_at
                then greatest({{ minutes_between('sold_at', 'previous_sold_at') }}, 1)
            else 0
        end as minutes_back,
        _file_id,
        _line_no
    from followed

)

select * from final
