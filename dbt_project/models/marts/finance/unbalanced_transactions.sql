{{ config(materialized='incremental', incremental_strategy='replace_store_days') }}

with receipts as (

    select * from {{ touched(ref('int_receipts')) }}
    where is_completed

),

tenders as (

    select
        store_id,
        business_date,
        transaction_id,
        min(register_id) as register_id,
        max(currency) as currency,
        sum(tender_amount - coalesce(change_amount, 0)) as tenders_total
    from {{ touched(ref('fct_tenders')) }}
    where is_completed
    group by store_id, business_date, transaction_id

),

-- Only where both sides have come: money cannot be missed before it is due.
delivered as (

    select
        store_id,
        business_date,
        sum(rejected_count) as rejected_count
    from {{ touched(ref('int_received')) }}
    where dataset in ('sales_lines', 'tenders')
    group by store_id, business_date
    having count(*) = 2

),

compared as (

    select
        coalesce(receipts.store_id, tenders.store_id) as store_id,
        coalesce(receipts.business_date, tenders.business_date) as business_date,
        coalesce(receipts.transaction_id, tenders.transaction_id) as transaction_id,
        coalesce(receipts.register_id, tenders.register_id) as register_id,
        coalesce(receipts.currency, tenders.currency) as currency,
        coalesce(receipts.lines_total, 0) as lines_total,
        coalesce(tenders.tenders_total, 0) as tenders_total,
        case
            when receipts.transaction_id is null then 'paid, but the receipt is unknown'
            when tenders.transaction_id is null then 'sold, but no payment was received'
            else 'lines and payments differ'
        end as explanation
    from receipts
    full outer join tenders
        on receipts.store_id = tenders.store_id
        and receipts.business_date = tenders.business_date
        and receipts.transaction_id = tenders.transaction_id

),

final as (

    select
        compared.store_id,
        compared.business_date,
        compared.transaction_id,
        compared.register_id,
        compared.currency,
        cast(compared.lines_total as decimal(18, 2)) as lines_total,
        cast(compared.tenders_total as decimal(18, 2)) as tenders_total,
        cast(compared.lines_total - compared.tenders_total as decimal(18, 2)) as difference,
        compared.explanation
        || case
            when delivered.rejected_count > 0
                then '; ' || cast(delivered.rejected_count as varchar)
                    || ' lines of the day were set aside'
            else ''
        end as explanation
    from compared
    inner join delivered
        on compared.store_id = delivered.store_id
        and compared.business_date = delivered.business_date
    where abs(compared.lines_total - compared.tenders_total) > 0.01

)

select * from final
