{{ config(incremental_strategy='replace_keys', unique_key=['count_id']) }}

with arrived as (

    select * from {{ arrived('count_plans') }}

),

deliveries as (

    select * from {{ ref('stg_arrived_scopes') }}
    where dataset = 'count_plans'

),

final as (

    select
        arrived.count_id,
        arrived.store_id,
        arrived.count_type,
        arrived.zone,
        arrived.category,
        arrived.due_on,
        arrived.frozen_at,
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
            partition by arrived.count_id
            order by deliveries.known_from desc, deliveries.sequence_no desc, arrived._line_no desc
        ) = 1

)

select * from final
