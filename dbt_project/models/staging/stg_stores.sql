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
    -- A line sent twice in one file counts once: the later one.
    qualify
        row_number() over (
            partition by arrived.store_id
            order by arrived._batch_id desc, arrived._line_no desc, arrived._file_id asc
        ) = 1

)

select * from final
