{{
    config(
        materialized='incremental',
        incremental_strategy='replace_store_days',
        partition_by='business_date',
    )
}}

with events as (

    select * from {{ touched(ref('stg_till_events')) }}
    where {{ is_counted() }}

),

final as (

    select
        event_id,
        store_id,
        register_id,
        business_date,
        occurred_at,
        event_type,
        transaction_id,
        amount,
        operator_id,
        old_value,
        new_value,
        reason,
        _file_id,
        _line_no,
        _batch_id
    from events

)

select * from final
