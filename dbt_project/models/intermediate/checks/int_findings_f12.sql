with deposits as (

    select * from {{ ref('deposit_reconciliation') }}
    where status in ('late', 'short', 'over', 'no_bag')

),

final as (

    select
        'F12' as check_id,
        store_id,
        business_date,
        coalesce(deposit_id, 'no bag') as subject,
        cast(null as string) as transaction_id,
        coalesce(banked_amount, deposited_amount) as expected_value,
        case
            when status = 'no_bag' then 0
            when status = 'late' then coalesce(credited_amount, 0)
            else coalesce(credited_amount, deposited_amount)
        end as actual_value,
        case status
            when 'no_bag' then 'the tills set cash aside and no bag is known of'
            when 'late' then 'the bank has not credited the bag'
            else 'what the tills set aside, the bag and what the bank credited differ'
        end as note,
        _file_id,
        _line_no
    from deposits

)

select * from final
