{{ config(incremental_strategy='replace_scopes') }}

with arrived as (

    select * from {{ arrived('tenders') }}

),

current_scopes as (

    select * from {{ ref('stg_arrived_scopes') }}
    where dataset = 'tenders' and is_current

),

final as (

    select
        arrived.transaction_id,
        arrived.tender_number,
        arrived.store_id,
        arrived.register_id,
        arrived.business_date,
        arrived.tendered_at,
        arrived.tender_type,
        arrived.tender_amount,
        arrived.change_amount,
        arrived.currency,
        arrived.foreign_amount,
        arrived.foreign_currency,
        arrived.client_id,
        arrived.card_last_four,
        arrived.authorization_code,
        arrived.instrument_issuer,
        arrived.instrument_face_amount,
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
            partition by
                arrived.store_id,
                arrived.business_date,
                arrived.transaction_id,
                arrived.tender_number
            order by arrived._batch_id desc, arrived._line_no desc, arrived._file_id asc
        ) = 1

)

select * from final
