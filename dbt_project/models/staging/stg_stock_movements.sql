{{ config(incremental_strategy='replace_scopes', partition_by='business_date') }}

with arrived as (

    select * from {{ arrived('stock_movements') }}

),

current_scopes as (

    select * from {{ ref('stg_arrived_scopes') }}
    where dataset = 'stock_movements' and is_current

),

delivered as (

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
    {{ counted_once(['store_id', 'business_date', 'document_id', 'line_number', '_scope']) }}

),

final as (

    {{ repeats_marked('delivered', ['store_id', 'business_date', 'document_id', 'line_number']) }}

)

select * from final
