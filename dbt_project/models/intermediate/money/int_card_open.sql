with payments as (

    select payments.*
    from {{ ref('int_card_payments') }} as payments
    left join {{ ref('int_card_matches') }} as matches
        on payments.payment_id = matches.reconciliation_id
    where payments.is_owed and matches.reconciliation_id is null

),

settled as (

    select distinct settlement_id from {{ ref('int_card_matches') }}

),

operations as (

    select operations.*
    from {{ ref('int_card_operations') }} as operations
    left join settled on operations.settlement_id = settled.settlement_id
    where settled.settlement_id is null

),

chargebacks as (

    select * from {{ ref('int_chargebacks') }}

),

tender_days as (

    select
        store_id,
        business_date,
        min(business_date) over (partition by store_id) as first_day
    from {{ ref('int_received_days') }}
    where has_tenders

),

first_days as (

    select distinct store_id, first_day from tender_days

),

final as (

    select
        payments.payment_id as reconciliation_id,
        payments.store_id,
        payments.business_date,
        payments.register_id,
        payments.z_number,
        payments.transaction_id,
        payments.tender_number,
        cast(null as string) as settlement_id,
        payments.card_last_four,
        payments.authorization_code,
        payments.amount as tender_amount,
        cast(null as decimal(18, 2)) as gross_amount,
        cast(null as decimal(18, 2)) as fee_amount,
        cast(null as decimal(18, 2)) as net_amount,
        cast(null as date) as captured_on,
        cast(null as date) as settled_on,
        cast(null as string) as payout_id,
        payments.currency,
        'unmatched_tender' as fault,
        false as is_unknown_day,
        payments._file_id,
        payments._line_no
    from payments
    union all
    select
        'settlement|' || operations.settlement_id as reconciliation_id,
        operations.store_id,
        operations.captured_on as business_date,
        cast(null as string) as register_id,
        cast(null as string) as z_number,
        chargebacks.transaction_id,
        chargebacks.tender_number,
        operations.settlement_id,
        operations.card_last_four,
        operations.authorization_code,
        cast(null as decimal(18, 2)) as tender_amount,
        operations.amount as gross_amount,
        operations.fee_amount,
        operations.net_amount,
        operations.captured_on,
        operations.settled_on,
        operations.payout_id,
        operations.currency,
        case
            when chargebacks.settlement_id is not null then 'chargeback'
            else 'unmatched_settlement'
        end as fault,
        first_days.first_day is null or operations.captured_on < first_days.first_day
            as is_unknown_day,
        operations._file_id,
        operations._line_no
    from operations
    left join chargebacks on operations.settlement_id = chargebacks.settlement_id
    left join first_days on operations.store_id = first_days.store_id

)

select * from final
