{{
    config(
        materialized='incremental',
        incremental_strategy='replace_store_days',
        partition_by='business_date',
    )
}}

with tenders as (

    select * from {{ touched(ref('int_current_tenders')) }}

),

receipts as (

    select * from {{ touched(ref('int_receipts')) }}

),

closings as (

    select * from {{ touched(ref('int_tender_closings')) }}

),

final as (

    select
        tenders.transaction_id,
        tenders.tender_number,
        tenders.store_id,
        tenders.register_id,
        tenders.business_date,
        closings.z_number,
        tenders.tendered_at,
        tenders.tender_type,
        tenders.tender_amount,
        tenders.change_amount,
        tenders.currency,
        tenders.foreign_amount,
        tenders.foreign_currency,
        tenders.client_id,
        tenders.card_last_four,
        tenders.authorization_code,
        tenders.instrument_issuer,
        tenders.instrument_face_amount,
        -- Money taken for a receipt nobody has seen is kept: it must not go unnoticed.
        coalesce(receipts.is_completed, true) as is_completed,
        tenders.is_corrected,
        tenders._file_id,
        tenders._line_no,
        tenders._batch_id
    from tenders
    left join receipts
        on tenders.store_id = receipts.store_id
        and tenders.business_date = receipts.business_date
        and tenders.transaction_id = receipts.transaction_id
    left join closings
        on tenders.store_id = closings.store_id
        and tenders.business_date = closings.business_date
        and tenders.transaction_id = closings.transaction_id
        and tenders.tender_number = closings.tender_number

)

select * from final
