{{ config(materialized='table') }}

with payments as (

    select * from {{ ref('int_card_payments') }}

),

operations as (

    select * from {{ ref('int_card_operations') }}
    where not is_batch

),

by_authorization as (

    {{ paired_in_order(
        'payments', 'operations', ['authorization_code', 'amount'], 'authorization'
    ) }}

),

payments_without_authorization as (

    select payments.*
    from payments
    left join by_authorization on payments.payment_id = by_authorization.payment_id
    where by_authorization.payment_id is null

),

operations_without_authorization as (

    select operations.*
    from operations
    left join by_authorization on operations.settlement_id = by_authorization.settlement_id
    where by_authorization.settlement_id is null

),

-- The same code at another amount, or the processor's own number taken for the code.
references_of_operations as (

    select
        store_id, settlement_id, captured_on, currency, is_refund, authorization_code as reference
    from operations_without_authorization
    union
    select store_id, settlement_id, captured_on, currency, is_refund, settlement_id as reference
    from operations_without_authorization

),

by_reference as (

    {{ paired_in_order(
        'payments_without_authorization',
        'references_of_operations',
        ['reference', 'is_refund'],
        'reference'
    ) }}
    qualify row_number() over (partition by settlement_id order by payment_id) = 1

),

payments_without_reference as (

    select payments.*
    from payments_without_authorization as payments
    left join by_reference on payments.payment_id = by_reference.payment_id
    where by_reference.payment_id is null

),

operations_without_reference as (

    select operations.*
    from operations_without_authorization as operations
    left join by_reference on operations.settlement_id = by_reference.settlement_id
    where by_reference.settlement_id is null

),

by_card as (

    {{ paired_in_order(
        'payments_without_reference',
        'operations_without_reference',
        ['card_last_four', 'amount'],
        'amount_last_four'
    ) }}

),

final as (

    select * from by_authorization
    union all
    select * from by_reference
    union all
    select * from by_card

)

select * from final
