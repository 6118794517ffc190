{{ config(incremental_strategy='replace_keys', unique_key=['repair_id']) }}

with arrived as (

    select * from {{ arrived('repairs') }}

),

deliveries as (

    select * from {{ ref('stg_arrived_scopes') }}
    where dataset = 'repairs'

),

final as (

    select
        arrived.repair_id,
        arrived.store_id,
        arrived.client_id,
        arrived.item_id,
        arrived.serial_number,
        arrived.owner,
        arrived.received_on,
        arrived.promised_on,
        arrived.sent_on,
        arrived.returned_on,
        arrived.collected_on,
        arrived.status,
        arrived._file_id,
        arrived._line_no,
        arrived._batch_id
    from arrived
    inner join deliveries
        on arrived._file_id = deliveries.file_id
        and arrived._batch_id = deliveries._batch_id
    qualify
        row_number() over (
            partition by arrived.repair_id
            order by deliveries.known_from desc, deliveries.sequence_no desc, arrived._line_no desc
        ) = 1

)

select * from final
