{{ config(incremental_strategy='replace_keys', unique_key=['settlement_id']) }}

with arrived as (

    select * from {{ arrived('card_settlements') }}

),

deliveries as (

    select * from {{ ref('stg_arrived_scopes') }}
    where dataset = 'card_settlements'

),

final as (

    select
        arrived.settlement_id,
        arrived.store_id,
        arrived.authorization_code,
        arrived.card_last_four,
        arrived.captured_on,
        arrived.gross_amount,
        arrived.fee_amount,
        arrived.net_amount,
        arrived.settled_on,
        arrived.payout_id,
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
            partition by arrived.settlement_id
            order by deliveries.known_from desc, deliveries.sequence_no desc, arrived._line_no desc
        ) = 1

)

select * from final
