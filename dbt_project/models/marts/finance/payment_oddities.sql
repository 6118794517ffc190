with unbalanced as (

    select * from {{ ref('unbalanced_transactions') }}

),

-- Two equal payments have two places: no engine chooses which row stands for them.
placed as (

    select
        *,
        row_number() over (
            partition by store_id, business_date, transaction_id
            order by tender_amount, tender_number
        ) as place
    from {{ ref('fct_tenders') }}
    where is_completed

),

payments as (

    select
        store_id,
        business_date,
        transaction_id,
        register_id,
        currency,
        tender_type,
        sum(tender_amount - coalesce(change_amount, 0)) as amount,
        min(place) as place,
        min_by(_file_id, place) as _file_id,
        min_by(_line_no, place) as _line_no
    from placed
    group by store_id, business_date, transaction_id, register_id, currency, tender_type

),

worth as (

    select * from {{ ref('int_receipt_payments') }}

),

lines as (

    select * from {{ ref('int_returns_without_original') }}

),

alone as (

    select
        case when worth.has_receipt then 'receipt_without_payment' else 'payment_without_receipt' end
            as kind,
        unbalanced.store_id,
        unbalanced.business_date,
        unbalanced.transaction_id,
        unbalanced.register_id,
        unbalanced.currency,
        unbalanced.difference as amount
    from unbalanced
    inner join worth
        on unbalanced.store_id = worth.store_id
        and unbalanced.business_date = worth.business_date
        and unbalanced.transaction_id = worth.transaction_id
    where not worth.has_receipt or not worth.has_payment

),

-- Money handed back is odd unless the receipt itself pays out. Change written as a payment of its
-- own is less than the cash it is given on.
negative as (

    select
        payments.store_id,
        payments.business_date,
        payments.transaction_id,
        payments.register_id,
        payments.currency,
        sum(payments.amount) as amount,
        min_by(payments._file_id, payments.place) as _file_id,
        min_by(payments._line_no, payments.place) as _line_no
    from payments
    inner join worth
        on payments.store_id = worth.store_id
        and payments.business_date = worth.business_date
        and payments.transaction_id = worth.transaction_id
    where payments.amount < 0 and worth.has_receipt and worth.lines_total >= 0
    group by
        payments.store_id,
        payments.business_date,
        payments.transaction_id,
        payments.register_id,
        payments.currency

),

oddities as (

    select
        kind, store_id, business_date, transaction_id, register_id, currency, amount,
        cast(null as string) as _file_id, cast(null as bigint) as _line_no
    from alone
    union all
    select
        'negative_tender' as kind,
        store_id, business_date, transaction_id, register_id, currency, amount, _file_id, _line_no
    from negative
    union all
    select
        'refund_without_original' as kind,
        store_id, business_date, transaction_id, register_id, currency, amount, _file_id, _line_no
    from lines

),

final as (

    select
        kind || '|' || store_id || '|' || cast(business_date as string) || '|' || transaction_id
            as oddity_id,
        kind,
        store_id,
        business_date,
        transaction_id,
        register_id,
        currency,
        cast(amount as decimal(18, 2)) as amount,
        _file_id,
        _line_no
    from oddities

)

select * from final
