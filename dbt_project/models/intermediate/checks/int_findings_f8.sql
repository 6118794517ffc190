with balances as (

    select * from {{ ref('tender_balances') }}

),

thresholds as (

    select * from {{ ref('int_thresholds') }}

),

-- Each payment may be rounded to the cent, and cash to the smallest coin.
final as (

    select
        'F8' as check_id,
        balances.store_id,
        balances.business_date,
        balances.register_id || coalesce(' Z ' || balances.z_number, '') || ' '
        || balances.tender_type as subject,
        cast(null as string) as transaction_id,
        balances.computed_amount as expected_value,
        balances.declared_amount as actual_value,
        case
            when balances.z_number is null then 'payments of a till that was not closed'
            else 'the till declares another total than its receipts come to'
        end as note,
        balances._file_id,
        balances._line_no
    from balances
    inner join thresholds as tolerance
        on {{ limit_of('tolerance', 'F8_tolerance', 'balances.business_date') }}
    where abs(balances.declared_difference) > tolerance.value * greatest(balances.payments, 1)
        and abs(balances.declared_difference + balances.rounding_amount)
        > tolerance.value * greatest(balances.payments, 1)

)

select * from final
