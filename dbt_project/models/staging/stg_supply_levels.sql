{{ config(incremental_strategy='replace_scopes', partition_by='business_date') }}

with arrived as (

    select * from {{ arrived('supply_levels') }}

),

current_scopes as (

    select * from {{ ref('stg_arrived_scopes') }}
    where dataset = 'supply_levels' and is_current

),

final as (

    select
        arrived.store_id,
        arrived.supply_item,
        arrived.business_date,
        arrived.on_hand,
        arrived.reorder_point,
        arrived.order_quantity,
        arrived._file_id,
        arrived._line_no,
        arrived._batch_id,
        arrived._scope
    from arrived
    inner join current_scopes
        on arrived._scope = current_scopes.scope
        and arrived._file_id = current_scopes.file_id
        and arrived._batch_id = current_scopes._batch_id
    {{ counted_once(['store_id', 'business_date', 'supply_item']) }}

)

select * from final
