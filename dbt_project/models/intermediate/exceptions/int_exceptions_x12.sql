with receipts as (

    select * from {{ ref('int_rung_receipts') }}
    where transaction_status = 'completed'

),

unbalanced as (

    select * from {{ ref('unbalanced_transactions') }}
    where difference > 0

),

tenders as (

    select
        store_id,
        business_date,
        transaction_id,
        cast(
            sum(case when tender_type = 'gift_card' then tender_amount else 0 end) as decimal(18, 2)
        ) as redeemed_amount
    from {{ ref('fct_tenders') }}
    where is_completed
    group by store_id, business_date, transaction_id

),

issued as (

    select * from receipts
    where gift_card_amount > 0

),

unpaid as (

    select
        issued.*,
        'issued ' || issued.transaction_id as subject,
        issued.gift_card_amount as amount,
        'gift card issued, receipt not paid for' as note
    from issued
    inner join unbalanced
        on issued.store_id = unbalanced.store_id
        and issued.business_date = unbalanced.business_date
        and issued.transaction_id = unbalanced.transaction_id

),

-- No card has a number here: one redeemed soon after, for no more than was issued, may be the same.
redeemed as (

    select
        receipts.*,
        'redeemed ' || receipts.transaction_id as subject,
        tenders.redeemed_amount as amount,
        'gift card redeemed by who issued one earlier that day' as note
    from receipts
    inner join tenders
        on receipts.store_id = tenders.store_id
        and receipts.business_date = tenders.business_date
        and receipts.transaction_id = tenders.transaction_id
        and tenders.redeemed_amount > 0
    where
        exists (
            select 1 from issued
            where
                issued.store_id = receipts.store_id
                and issued.business_date = receipts.business_date
                and issued.operator_id = receipts.operator_id
                and issued.transaction_id <> receipts.transaction_id
                and issued.sold_at < receipts.sold_at
                and issued.gift_card_amount >= tenders.redeemed_amount
        )

),

acts as (

    select * from unpaid
    union all
    select * from redeemed

),

final as (

    select
        'X12' as rule_id,
        store_id,
        business_date,
        subject,
        transaction_id,
        cast(null as integer) as line_number,
        operator_id as employee_id,
        amount,
        note,
        _file_id,
        _line_no
    from acts

)

select * from final
