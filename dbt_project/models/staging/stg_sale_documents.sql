{{
    config(
        incremental_strategy='replace_keys',
        unique_key=['transaction_id', 'document_type'],
    )
}}

with arrived as (

    select * from {{ arrived('sale_documents') }}

),

deliveries as (

    select * from {{ ref('stg_arrived_scopes') }}
    where dataset = 'sale_documents'

),

final as (

    select
        arrived.transaction_id,
        arrived.document_type,
        arrived.received_on,
        arrived.reference,
        arrived.expires_on,
        arrived.minimum_purchase,
        arrived.mission,
        arrived._file_id,
        arrived._line_no,
        arrived._batch_id
    from arrived
    inner join deliveries
        on arrived._file_id = deliveries.file_id
        and arrived._batch_id = deliveries._batch_id
    qualify
        row_number() over (
            partition by arrived.transaction_id, arrived.document_type
            order by deliveries.known_from desc, deliveries.sequence_no desc, arrived._line_no desc
        ) = 1

)

select * from final
