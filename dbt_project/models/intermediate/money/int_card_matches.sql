{{ config(materialized='table') }}

with payments as (

    select * from {{ ref('int_card_payments') }}

),

operations as (

    select * from {{ ref('int_card_operations') }}

),

matches as (

    select * from {{ ref('int_card_pairs') }}
    union all
    select * from {{ ref('int_card_batches') }}

),

-- Of a batch each payment has its own share; fee and net stand with the first.
numbered as (

    select
        matches.*,
        row_number() over (
            partition by settlement_id order by payment_id
        ) as share_no
    from matches

),

final as (

    select
        numbered.payment_id as reconciliation_id,
        payments.store_id,
        payments.business_date,
        payments.register_id,
        payments.z_number,
        payments.transaction_id,
        payments.tender_number,
        operations.settlement_id,
        numbered.matched_by,
        coalesce(payments.card_last_four, operations.card_last_four) as card_last_four,
        coalesce(payments.authorization_code, operations.authorization_code)
            as authorization_code,
        payments.amount as tender_amount,
        case when operations.is_batch then payments.amount else operations.amount end
            as gross_amount,
        case when numbered.share_no = 1 then operations.fee_amount end as fee_amount,
        case when numbered.share_no = 1 then operations.net_amount end as net_amount,
        operations.captured_on,
        operations.settled_on,
        operations.payout_id,
        payments.currency,
        operations._file_id,
        operations._line_no
    from numbered
    inner join payments on numbered.payment_id = payments.payment_id
    inner join operations on numbered.settlement_id = operations.settlement_id

)

select * from final
