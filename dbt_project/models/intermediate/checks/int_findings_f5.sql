with numbers as (

    select * from {{ ref('int_repeated_numbers') }}

),

receipts as (

    select * from {{ ref('int_repeated_receipts') }}

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
    from numbers
    union all
    select
        'F5' as check_id,
        store_id,
        business_date,
        'receipt ' || transaction_id as subject,
        transaction_id,
        1 as expected_value,
        2 as actual_value,
        'the receipt was counted before, on ' || cast(counted_before_on as string) as note,
        _file_id,
        _line_no
    from receipts

)

select * from final
