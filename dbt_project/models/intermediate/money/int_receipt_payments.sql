{{
    config(
        materialized='incremental',
        incremental_strategy='replace_store_days',
        partition_by='business_date',
    )
}}

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
        sum(tender_amount - coalesce(change_amount, 0)) as tenders_total,
        sum(case when tender_type = 'cash' then tender_amount end) as cash_tendered,
        coalesce(sum(change_amount), 0) as change_given
    from {{ touched(ref('fct_tenders')) }}
    where is_completed
    group by store_id, business_date, transaction_id

),

compared as (

    select
        coalesce(receipts.store_id, tenders.store_id) as store_id,
        coalesce(receipts.business_date, tenders.business_date) as business_date,
        coalesce(receipts.transaction_id, tenders.transaction_id) as transaction_id,
        coalesce(receipts.register_id, tenders.register_id) as register_id,
        coalesce(receipts.currency, tenders.currency) as currency,
        receipts.transaction_id is not null as has_receipt,
        tenders.transaction_id is not null as has_payment,
        coalesce(receipts.lines_total, 0) as lines_total,
        coalesce(tenders.tenders_total, 0) as tenders_total,
        tenders.cash_tendered - tenders.change_given as cash_paid
    from receipts
    full outer join tenders
        on receipts.store_id = tenders.store_id
        and receipts.business_date = tenders.business_date
        and receipts.transaction_id = tenders.transaction_id

),

steps as (

    select
        *,
        coalesce(
            lead(valid_from) over (partition by currency order by valid_from), date '9999-12-31'
        ) as valid_before
    from {{ ref('cash_rounding') }}

),

-- Where the smallest coin is worth more than a cent, cash is paid to the nearest one.
final as (

    select
        compared.store_id,
        compared.business_date,
        compared.transaction_id,
        compared.register_id,
        compared.currency,
        compared.has_receipt,
        compared.has_payment,
        cast(compared.lines_total as decimal(18, 2)) as lines_total,
        cast(compared.tenders_total as decimal(18, 2)) as tenders_total,
        cast(
            case
                when
                    compared.has_receipt
                    and compared.cash_paid % steps.step = 0
                    and 2 * abs(compared.tenders_total - compared.lines_total) <= steps.step
                    then compared.tenders_total - compared.lines_total
                else 0
            end as decimal(18, 2)
        ) as rounding_amount
    from compared
    left join steps
        on compared.currency = steps.currency
        and compared.business_date >= steps.valid_from
        and compared.business_date < steps.valid_before

)

select * from final
