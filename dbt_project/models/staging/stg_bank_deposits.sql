{{ config(incremental_strategy='replace_keys', unique_key=['deposit_id']) }}

with arrived as (

    select * from {{ arrived('bank_deposits') }}

),

deliveries as (

    select * from {{ ref('stg_arrived_scopes') }}
    where dataset = 'bank_deposits'

),

final as (

    select
        arrived.deposit_id,
        arrived.store_id,
        arrived.business_date,
        arrived.deposited_amount,
        arrived.credited_on,
        arrived.credited_amount,
        arrived.currency,
        arrived._file_id,
        arrived._line_no,
        arrived._batch_id
    from arrived
    inner join deliveries
        on arrived._file_id = deliveries.file_id
        and arrived._batch_id = deliveries._batch_id
    qualify
        row_number() over (
            partition by arrived.deposit_id
            order by deliveries.known_from desc, deliveries.sequence_no desc, arrived._line_no desc
        ) = 1

)

select * from final
