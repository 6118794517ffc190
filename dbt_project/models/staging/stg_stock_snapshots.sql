{{ config(incremental_strategy='replace_scopes', partition_by='business_date') }}

with arrived as (

    select * from {{ arrived('stock_snapshots') }}

),

current_scopes as (

    select * from {{ ref('stg_arrived_scopes') }}
    where dataset = 'stock_snapshots' and is_current

),

final as (

    select
        arrived.store_id,
        arrived.location,
        arrived.item_id,
        arrived.serial_number,
        arrived.business_date,
        arrived.quantity,
        arrived.stock_status,
        arrived.unit_cost,
        arrived.snapshot_at,
        arrived._file_id,
        arrived._line_no,
        arrived._batch_id,
        arrived._scope
    from arrived
    inner join current_scopes
        on arrived._scope = current_scopes.scope
        and arrived._file_id = current_scopes.file_id
        and arrived._batch_id = current_scopes._batch_id
    {{ counted_once(['store_id', 'business_date', 'location', 'item_id', 'serial_number']) }}

)

select * from final
