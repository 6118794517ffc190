{{
    config(
        materialized='incremental',
        incremental_strategy='replace_store_days',
        partition_by='business_date',
    )
}}

with postings as (

    select * from {{ touched(ref('stg_ledger_postings')) }}

),

final as (

    select
        posting_id,
        store_id,
        business_date,
        account_kind,
        tax_state,
        tender_type,
        amount,
        currency,
        posted_on,
        _file_id,
        _line_no,
        _batch_id
    from postings

)

select * from final
