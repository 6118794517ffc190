{{ config(incremental_strategy='replace_scopes') }}

with arrived as (

    select * from {{ arrived('stock_movements') }}

),

current_scopes as (

    select * from {{ ref('stg_arrived_scopes') }}
    where dataset = 'stock_movements' and is_current

),

final as (

    select
        arrived.document_id,
        arrived.line_number,
        arrived.movement_type,
        arrived.store_id,
        arrived.location,
        arrived.item_id,
        arrived.serial_number,
        arrived.quantity,
        arrived.unit_cost,
        arrived.posted_at,
        arrived.business_date,
        arrived.counterpart_store_id,
        arrived.transfer_id,
        arrived.source_transaction_id,
        arrived.reason_code,
        arrived.operator_id,
        arrived.carrier,
        arrived.tracking_number,
        arrived.insured_value,
        arrived.second_person_id,
        arrived.expected_on,
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
                arrived.document_id,
                arrived.line_number
            order by arrived._batch_id desc, arrived._line_no desc, arrived._file_id asc
        ) = 1

)

select * from final
