with prices as (

    select * from {{ ref('int_odd_prices') }}

),

foreign_amounts as (

    select * from {{ ref('int_foreign_amounts') }}

),

final as (

    select
        check_id,
        store_id,
        business_date,
        subject,
        transaction_id,
        expected_value,
        actual_value,
        note,
        _file_id,
        _line_no
    from prices
    union all
    select
        'F20' as check_id,
        store_id,
        business_date,
        subject,
        transaction_id,
        0 as expected_value,
        amount as actual_value,
        'the store counts in ' || store_currency
        || ': this amount is added to its figures as if it were' as note,
        _file_id,
        _line_no
    from foreign_amounts

)

select * from final
