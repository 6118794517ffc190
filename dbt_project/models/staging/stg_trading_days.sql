{{ config(incremental_strategy='replace_scopes', partition_by='business_date') }}

with arrived as (

    select * from {{ arrived('trading_days') }}

),

current_scopes as (

    select * from {{ ref('stg_arrived_scopes') }}
    where dataset = 'trading_days' and is_current

),

final as (

    select
        arrived.store_id,
        arrived.business_date,
        arrived.is_open,
        arrived.opens_at,
        arrived.closes_at,
        arrived.reason,
        arrived.is_comparable,
        arrived._file_id,
        arrived._line_no,
        arrived._batch_id,
        arrived._scope
    from arrived
    inner join current_scopes
        on arrived._scope = current_scopes.scope
        and arrived._file_id = current_scopes.file_id
        and arrived._batch_id = current_scopes._batch_id
    {{ counted_once(['store_id', 'business_date']) }}

)

select * from final
