{{
    config(
        materialized='incremental',
        incremental_strategy='replace_store_days',
        partition_by='business_date',
    )
}}

with closings as (

    select * from {{ touched(ref('int_current_till_closings')) }}

),

final as (

    select
        store_id,
        register_id,
        z_number,
        tender_type,
        business_date,
        closing_status,
        opened_at,
        closed_at,
        first_receipt_number,
        last_receipt_number,
        transaction_count,
        opening_float,
        declared_amount,
        counted_amount,
        paid_in,
        paid_out,
        banked_amount,
        is_corrected,
        _file_id,
        _line_no,
        _batch_id
    from closings

)

select * from final
