{{ config(incremental_strategy='replace_scopes', partition_by='business_date') }}

with arrived as (

    select * from {{ arrived('tenders') }}

),

current_scopes as (

    select * from {{ ref('stg_arrived_scopes') }}
    where dataset = 'tenders' and is_current

),

delivered as (

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
    {{ counted_once(['store_id', 'business_date', 'transaction_id', 'tender_number', '_scope']) }}

),

final as (

    {{ repeats_marked(
        'delivered', ['store_id', 'business_date', 'transaction_id', 'tender_number']
    ) }}

)

select * from final
