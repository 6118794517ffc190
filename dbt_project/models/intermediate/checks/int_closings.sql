with tenders as (

    select * from {{ ref('fct_till_closings') }}

),

final as (

    select
        store_id,
        business_date,
        register_id,
        z_number,
        coalesce(min(case when closing_status = 'final' then 1 else 0 end), 0) = 1 as is_final,
        min(opened_at) as opened_at,
        max(closed_at) as closed_at,
        min(first_receipt_number) as first_receipt_number,
        max(last_receipt_number) as last_receipt_number,
        max(transaction_count) as transaction_count,
        min_by(_file_id, tender_type) as _file_id,
        min_by(_line_no, tender_type) as _line_no
    from tenders
    group by store_id, business_date, register_id, z_number

)

select * from final
