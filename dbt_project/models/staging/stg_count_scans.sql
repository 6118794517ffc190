{{ config(incremental_strategy='replace_scopes', partition_by='scanned_on') }}

with arrived as (

    select * from {{ arrived('count_scans') }}

),

current_scopes as (

    select * from {{ ref('stg_arrived_scopes') }}
    where dataset = 'count_scans' and is_current

),

final as (

    select
        arrived.count_id,
        arrived.scan_number,
        arrived.store_id,
        arrived.count_pass,
        arrived.zone,
        arrived.item_id,
        arrived.serial_number,
        arrived.quantity,
        arrived.scanned_at,
        cast(arrived.scanned_at as date) as scanned_on,
        arrived.counted_by,
        arrived._file_id,
        arrived._line_no,
        arrived._batch_id,
        arrived._scope
    from arrived
    inner join current_scopes
        on arrived._scope = current_scopes.scope
        and arrived._file_id = current_scopes.file_id
        and arrived._batch_id = current_scopes._batch_id
    {{ counted_once(['count_id', 'scan_number']) }}

)

select * from final
