with payments as (

    select payments.*
    from {{ ref('int_card_payments') }} as payments
    left join {{ ref('int_card_pairs') }} as pairs on payments.payment_id = pairs.payment_id
    where pairs.payment_id is null

),

operations as (

    select * from {{ ref('int_card_operations') }}
    where is_batch

),

tills as (

    select
        store_id || '|' || cast(business_date as string) || '|' || currency || '|' || register_id
            as payment_id,
        store_id,
        business_date,
        register_id,
        currency,
        captured_from,
        captured_to,
        cast(sum(amount) as decimal(18, 2)) as amount
    from payments
    group by store_id, business_date, register_id, currency, captured_from, captured_to

),

by_till as (

    {{ paired_in_order('tills', 'operations', ['amount'], 'batch_total') }}

),

stores as (

    select
        store_id || '|' || cast(business_date as string) || '|' || currency as payment_id,
        store_id,
        business_date,
        currency,
        captured_from,
        captured_to,
        cast(sum(amount) as decimal(18, 2)) as amount
    from tills
    where payment_id not in (select payment_id from by_till)
    group by store_id, business_date, currency, captured_from, captured_to

),

left_over as (

    select * from operations
    where settlement_id not in (select settlement_id from by_till)

),

by_store as (

    {{ paired_in_order('stores', 'left_over', ['amount'], 'batch_total') }}

),

final as (

    select
        payments.payment_id,
        coalesce(by_till.settlement_id, by_store.settlement_id) as settlement_id,
        'batch_total' as matched_by
    from payments
    left join by_till
        on by_till.payment_id = payments.store_id || '|'
        || cast(payments.business_date as string) || '|' || payments.currency || '|'
        || payments.register_id
    left join by_store
        on by_store.payment_id = payments.store_id || '|'
        || cast(payments.business_date as string) || '|' || payments.currency
        and by_till.payment_id is null
    where by_till.payment_id is not null or by_store.payment_id is not null

)

select * from final
