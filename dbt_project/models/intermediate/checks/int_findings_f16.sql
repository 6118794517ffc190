with lines as (

    select * from {{ ref('tax_checks') }}
    where status in ('off', 'zero_without_reason')

),

final as (

    select
        'F16' as check_id,
        store_id,
        business_date,
        transaction_id || ' line ' || cast(line_number as string) as subject,
        transaction_id,
        expected_tax as expected_value,
        tax_amount as actual_value,
        case
            when status = 'zero_without_reason'
                then 'no tax was charged in ' || tax_state || ' and no exemption is on the line'
            when is_return then 'the tax given back is not the tax of the sale'
            when line_type in ('gift_card', 'financial')
                then 'tax was charged on what is not sold but owed'
            else 'no place in ' || tax_state || ' taxes at this rate'
        end as note,
        _file_id,
        _line_no
    from lines

)

select * from final
