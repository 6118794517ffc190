{{ config(incremental_strategy='replace_keys', unique_key=['client_id']) }}

with arrived as (

    select * from {{ arrived('clients') }}

),

deliveries as (

    select * from {{ ref('stg_arrived_scopes') }}
    where dataset = 'clients'

),

final as (

    select
        arrived.client_id,
        arrived.city,
        arrived.state,
        arrived.postal_code,
        arrived.country,
        arrived.document_type,
        arrived.is_placeholder,
        arrived.created_on,
        arrived._file_id,
        arrived._line_no,
        arrived._batch_id
    from arrived
    inner join deliveries
        on arrived._file_id = deliveries.file_id
        and arrived._batch_id = deliveries._batch_id
    qualify
        row_number() over (
            partition by arrived.client_id
            order by deliveries.known_from desc, deliveries.sequence_no desc, arrived._line_no desc
        ) = 1

)

select * from final
