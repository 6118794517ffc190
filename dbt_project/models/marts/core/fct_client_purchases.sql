with receipts as (

    select * from {{ ref('int_receipts') }}
    where has_sale and client_id is not null

),

placeholders as (

    select client_id
    from {{ ref('stg_clients') }}
    where is_placeholder

),

final as (

    select
        receipts.store_id,
        receipts.business_date,
        receipts.transaction_id,
        receipts.client_id,
        receipts.sold_at,
        cast(
            row_number() over (
                partition by receipts.client_id
                order by
                    receipts.business_date,
                    receipts.sold_at,
                    receipts.store_id,
                    receipts.transaction_id
            ) as integer
        ) as purchase_no,
        receipts._file_id,
        receipts._line_no
    from receipts
    left join placeholders on receipts.client_id = placeholders.client_id
    where placeholders.client_id is null

)

select * from final
