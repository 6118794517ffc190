with lines as (

    select * from {{ ref('stg_till_closings') }}
    where {{ is_counted() }}

),

cells as (

    select * from {{ ref('int_corrected_rows') }}
    where dataset = 'till_closings'

),

final as (

    select
        {{- loupe.as_corrected('till_closings', [
            'store_id', 'register_id', 'z_number', 'tender_type', 'business_date',
            'closing_status', 'opened_at', 'closed_at', 'first_receipt_number',
            'last_receipt_number', 'transaction_count', 'opening_float', 'declared_amount',
            'counted_amount', 'paid_in', 'paid_out', 'banked_amount', '_file_id', '_line_no',
            '_batch_id', '_scope',
        ]) }},
        cells.row_key is not null as is_corrected
    from lines
    left join cells
        on lines.store_id = cells.store_id
        and lines.business_date = cells.business_date
        and lines._file_id = cells.file_id
        and {{ loupe.row_key('till_closings', 'lines') }} = cells.row_key

)

select * from final
