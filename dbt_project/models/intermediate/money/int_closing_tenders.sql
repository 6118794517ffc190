{{
    config(
        materialized='incremental',
        incremental_strategy='replace_store_days',
        partition_by='business_date',
    )
}}

with tenders as (

    select * from {{ touched(ref('fct_tenders')) }}
    where is_completed

),

receipts as (

    select * from {{ touched(ref('int_receipt_payments')) }}
    where rounding_amount <> 0

),

-- A receipt's rounding stands with its first payment in cash.
rounded as (

    select
        tenders.*,
        case
            when
                tenders.tender_type = 'cash'
                and row_number() over (
                    partition by
                        tenders.store_id,
                        tenders.business_date,
                        tenders.transaction_id,
                        tenders.tender_type
                    order by tenders.tender_number
                ) = 1
                then receipts.rounding_amount
        end as rounding_amount
    from tenders
    left join receipts
        on tenders.store_id = receipts.store_id
        and tenders.business_date = receipts.business_date
        and tenders.transaction_id = receipts.transaction_id

),

final as (

    select
        store_id,
        business_date,
        register_id,
        z_number,
        tender_type,
        max(currency) as currency,
        count(*) as payments,
        cast(sum(tender_amount) as decimal(18, 2)) as tendered_amount,
        cast(coalesce(sum(change_amount), 0) as decimal(18, 2)) as change_given,
        cast(coalesce(sum(rounding_amount), 0) as decimal(18, 2)) as rounding_amount
    from rounded
    group by store_id, business_date, register_id, z_number, tender_type

)

select * from final
