{{ config(incremental_strategy='replace_keys', unique_key=['store_id', 'month', 'measure']) }}

with arrived as (

    select * from {{ arrived('targets') }}

),

deliveries as (

    select * from {{ ref('stg_arrived_scopes') }}
    where dataset = 'targets'

),

final as (

    select
        arrived.store_id,
        arrived.month,
        arrived.measure,
        arrived.target_value,
        arrived._file_id,
        arrived._line_no,
        arrived._batch_id
    from arrived
    inner join deliveries
        on arrived._file_id = deliveries.file_id
        and arrived._batch_id = deliveries._batch_id
    qualify
        row_number() over (
            partition by arrived.store_id, arrived.month, arrived.measure
            order by deliveries.known_from desc, deliveries.sequence_no desc, arrived._line_no desc
        ) = 1

)

select * from final
