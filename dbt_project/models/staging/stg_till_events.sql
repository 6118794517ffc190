{{ config(incremental_strategy='replace_scopes', partition_by='business_date') }}

with arrived as (

    select * from {{ arrived('till_events') }}

),

current_scopes as (

    select * from {{ ref('stg_arrived_scopes') }}
    where dataset = 'till_events' and is_current

),

delivered as (

    select
        arrived.event_id,
        arrived.store_id,
        arrived.register_id,
        arrived.business_date,
        arrived.occurred_at,
        arrived.event_type,
        arrived.transaction_id,
        arrived.amount,
        arrived.operator_id,
        arrived.old_value,
        arrived.new_value,
        arrived.reason,
        arrived._file_id,
        arrived._line_no,
        arrived._batch_id,
        arrived._scope
    from arrived
    inner join current_scopes
        on arrived._scope = current_scopes.scope
        and arrived._file_id = current_scopes.file_id
        and arrived._batch_id = current_scopes._batch_id
    {{ counted_once(['store_id', 'business_date', 'event_id', '_scope']) }}

),

final as (

    {{ repeats_marked('delivered', ['store_id', 'business_date', 'event_id']) }}

)

select * from final
