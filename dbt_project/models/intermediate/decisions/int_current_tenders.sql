with lines as (

    select * from {{ ref('stg_tenders') }}
    where {{ is_counted() }}

),

cells as (

    select * from {{ ref('int_corrected_rows') }}
    where dataset = 'tenders'

),

final as (

    select
        {{- loupe.as_corrected('tenders', [
            'transaction_id', 'tender_number', 'store_id', 'register_id', 'business_date',
            'tendered_at', 'tender_type', 'tender_amount', 'change_amount', 'currency',
            'foreign_amount', 'foreign_currency', 'client_id', 'card_last_four',
            'authorization_code', 'instrument_issuer', 'instrument_face_amount', '_file_id',
            '_line_no', '_batch_id', '_scope',
        ]) }},
        cells.row_key is not null as is_corrected
    from lines
    left join cells
        on lines.store_id = cells.store_id
        and lines.business_date = cells.business_date
        and lines._file_id = cells.file_id
        and {{ loupe.row_key('tenders', 'lines') }} = cells.row_key

)

select * from final
