with accounts as (

    select * from {{ ref('int_ledger_accounts') }}

),

limits as (

    select * from {{ ref('int_thresholds') }}

),

final as (

    select
        'F14' as check_id,
        accounts.store_id,
        accounts.business_date,
        replace(accounts.account_kind, '_', ' ')
        || coalesce(' ' || replace(accounts.part, '_', ' '), '') as subject,
        cast(null as string) as transaction_id,
        accounts.sold_amount as expected_value,
        accounts.booked_amount as actual_value,
        case
            when accounts.booked_amount > accounts.sold_amount
                then 'the ledger booked more than the receipts come to'
            else 'the ledger booked less than the receipts come to'
        end as note,
        accounts._file_id,
        cast(null as bigint) as _line_no
    from accounts
    inner join limits
        on {{ limit_of('limits', 'F14_tolerance', 'accounts.business_date') }}
    where abs(accounts.booked_amount - accounts.sold_amount) > limits.value

)

select * from final
