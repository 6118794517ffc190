{{ config(incremental_strategy='replace_keys', unique_key=['consignment_id']) }}

with arrived as (

    select * from {{ arrived('consignments') }}

),

deliveries as (

    select * from {{ ref('stg_arrived_scopes') }}
    where dataset = 'consignments'

),

final as (

    select
        arrived.consignment_id,
        arrived.store_id,
        arrived.item_id,
        arrived.serial_number,
        arrived.client_id,
        arrived.out_on,
        arrived.due_back_on,
        arrived.returned_on,
        arrived.agreed_value,
        arrived.is_signed,
        arrived._file_id,
        arrived._line_no,
        arrived._batch_id
    from arrived
    inner join deliveries
        on arrived._file_id = deliveries.file_id
        and arrived._batch_id = deliveries._batch_id
    qualify
        row_number() over (
            partition by arrived.consignment_id
            order by deliveries.known_from desc, deliveries.sequence_no desc, arrived._line_no desc
        ) = 1

)

select * from final
