{{
    config(
        materialized='incremental',
        incremental_strategy='replace_store_days',
        partition_by='business_date',
    )
}}

with movements as (

    select * from {{ touched(ref('stg_stock_movements')) }}
    where {{ is_counted() }}

),

final as (

    select
        document_id,
        line_number,
        movement_type,
        store_id,
        location,
        item_id,
        serial_number,
        quantity,
        unit_cost,
        posted_at,
        business_date,
        counterpart_store_id,
        transfer_id,
        source_transaction_id,
        reason_code,
        operator_id,
        carrier,
        tracking_number,
        insured_value,
        second_person_id,
        expected_on,
        _file_id,
        _line_no,
        _batch_id
    from movements

)

select * from final
