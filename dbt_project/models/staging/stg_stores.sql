{{ config(incremental_strategy='replace_scopes') }}

with arrived as (

    select * from {{ arrived('stores') }}

),

current_scopes as (

    select * from {{ ref('stg_arrived_scopes') }}
    where dataset = 'stores' and is_current

),

final as (

    select
        arrived.store_id,
        arrived.store_name,
        arrived.store_format,
        arrived.city,
        arrived.state,
        arrived.postal_code,
        arrived.country,
        arrived.time_zone,
        arrived.currency,
        arrived.opened_on,
        arrived.closed_on,
        arrived.selling_area_sqft,
        arrived.latitude,
        arrived.longitude,
        arrived._file_id,
        arrived._line_no,
        arrived._batch_id,
        arrived._scope
    from arrived
    inner join current_scopes
        on arrived._scope = current_scopes.scope
        and arrived._file_id = current_scopes.file_id
        and arrived._batch_id = current_scopes._batch_id
    {{ counted_once(['store_id']) }}

)

select * from final
