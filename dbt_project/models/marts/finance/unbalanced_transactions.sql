{{
    config(
        materialized='incremental',
        incremental_strategy='replace_store_days',
        partition_by='business_date',
    )
}}

with receipts as (

    select * from {{ touched(ref('int_receipt_payments')) }}

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

thresholds as (

    select * from {{ ref('int_thresholds') }}

),

final as (

    select
        receipts.store_id,
        receipts.business_date,
        receipts.transaction_id,
        receipts.register_id,
        receipts.currency,
        receipts.lines_total,
        receipts.tenders_total,
        cast(receipts.lines_total - receipts.tenders_total as decimal(18, 2)) as difference,
        case
            when not receipts.has_receipt then 'paid, but the receipt is unknown'
            when not receipts.has_payment then 'sold, but no payment was received'
            else 'lines and payments differ'
        end
        || case
            when delivered.rejected_count > 0
                then '; ' || cast(delivered.rejected_count as string)
                    || ' lines of the day were set aside'
            else ''
        end as explanation
    from receipts
    inner join delivered
        on receipts.store_id = delivered.store_id
        and receipts.business_date = delivered.business_date
    inner join thresholds as tolerance
        on {{ limit_of('tolerance', 'F7_tolerance', 'receipts.business_date') }}
    where abs(receipts.tenders_total - receipts.lines_total - receipts.rounding_amount)
        > tolerance.value

)

select * from final
