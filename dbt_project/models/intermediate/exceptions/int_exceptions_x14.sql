with receipts as (

    select * from {{ ref('int_rung_receipts') }}
    where transaction_status = 'training' and worth <> 0

),

tenders as (

    select
        store_id,
        business_date,
        transaction_id,
        sum(tender_amount - coalesce(change_amount, 0)) as paid_amount
    from {{ ref('fct_tenders') }}
    group by store_id, business_date, transaction_id

),

final as (

    select
        'X14' as rule_id,
        receipts.store_id,
        receipts.business_date,
        receipts.transaction_id as subject,
        receipts.transaction_id,
        cast(null as integer) as line_number,
        receipts.operator_id as employee_id,
        abs(receipts.worth) as amount,
        case
            when tenders.paid_amount <> 0 then 'rung in training mode, and money was taken'
            else 'rung in training mode, with a value'
        end as note,
        receipts._file_id,
        receipts._line_no
    from receipts
    left join tenders
        on receipts.store_id = tenders.store_id
        and receipts.business_date = tenders.business_date
        and receipts.transaction_id = tenders.transaction_id

)

select * from final
