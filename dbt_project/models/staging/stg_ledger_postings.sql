{{ config(incremental_strategy='replace_scopes', partition_by='business_date') }}

with arrived as (

    select * from {{ arrived('ledger_postings') }}

),

current_scopes as (

    select * from {{ ref('stg_arrived_scopes') }}
    where dataset = 'ledger_postings' and is_current

),

final as (

    select
        arrived.posting_id,
        arrived.store_id,
        arrived.business_date,
        arrived.account_kind,
        arrived.tax_state,
        arrived.tender_type,
        arrived.amount,
        arrived.currency,
        arrived.posted_on,
        arrived._file_id,
        arrived._line_no,
        arrived._batch_id,
        arrived._scope
    from arrived
    inner join current_scopes
        on arrived._scope = current_scopes.scope
        and arrived._file_id = current_scopes.file_id
        and arrived._batch_id = current_scopes._batch_id
    {{ counted_once(['store_id', 'business_date', 'posting_id']) }}

)

select * from final
