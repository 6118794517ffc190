with cards as (

    select * from {{ ref('int_card_faults') }}
    where fault is not null

),

final as (

    select
        'F13' as check_id,
        store_id,
        business_date,
        reconciliation_id as subject,
        transaction_id,
        case
            when status in ('matched', 'chargeback') then net_due
            else coalesce(tender_amount, 0)
        end as expected_value,
        case
            when status in ('matched', 'chargeback') then net_amount
            else coalesce(gross_amount, 0)
        end as actual_value,
        fault as note,
        _file_id,
        _line_no
    from cards

)

select * from final
