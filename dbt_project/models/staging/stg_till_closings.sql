{{ config(incremental_strategy='replace_scopes') }}

with arrived as (

    select * from {{ arrived('till_closings') }}

),

current_scopes as (

    select * from {{ ref('stg_arrived_scopes') }}
    where dataset = 'till_closings' and is_current

),

final as (

    select
        arrived.store_id,
        arrived.register_id,
        arrived.z_number,
        arrived.tender_type,
        arrived.business_date,
        arrived.closing_status,
        arrived.opened_at,
        arrived.closed_at,
        arrived.first_receipt_number,
        arrived.last_receipt_number,
        arrived.transaction_count,
        arrived.opening_float,
        arrived.declared_amount,
        arrived.counted_amount,
        arrived.paid_in,
        arrived.paid_out,
        arrived.banked_amount,
        arrived._file_id,
        arrived._line_no,
        arrived._batch_id,
        arrived._scope
    from arrived
    inner join current_scopes
        on arrived._scope = current_scopes.scope
        and arrived._file_id = current_scopes.file_id
        and arrived._batch_id = current_scopes._batch_id
    -- A line sent twice in one file counts once: the later one.
    qualify
        row_number() over (
            partition by
                arrived.store_id,
                arrived.business_date,
                arrived.register_id,
                arrived.z_number,
                arrived.tender_type
            order by arrived._batch_id desc, arrived._line_no desc, arrived._file_id asc
        ) = 1

)

select * from final
