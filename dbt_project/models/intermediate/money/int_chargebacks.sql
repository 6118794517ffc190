with operations as (

    select operations.*
    from {{ ref('int_card_operations') }} as operations
    left join {{ ref('int_card_pairs') }} as pairs
        on operations.settlement_id = pairs.settlement_id
    where operations.is_refund and not operations.is_batch and pairs.settlement_id is null

),

payments as (

    select * from {{ ref('int_card_payments') }}
    where not is_refund

),

-- Money taken back from a payment of before: by its code, or by card and amount.
final as (

    select
        operations.settlement_id,
        payments.transaction_id,
        payments.tender_number
    from operations
    inner join payments
        on operations.store_id = payments.store_id
        and operations.currency = payments.currency
        and operations.captured_on > payments.business_date
        and -operations.amount <= payments.amount
        and (
            operations.authorization_code = payments.authorization_code
            or (
                operations.card_last_four = payments.card_last_four
                and -operations.amount = payments.amount
            )
        )
    qualify
        row_number() over (
            partition by operations.settlement_id
            order by
                case
                    when operations.authorization_code = payments.authorization_code then 0
                    else 1
                end asc,
                payments.business_date desc,
                payments.payment_id asc
        ) = 1

)

select * from final
