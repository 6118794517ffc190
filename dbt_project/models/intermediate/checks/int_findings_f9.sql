with differences as (

    select * from {{ ref('int_drawer_differences') }}
    where is_noted

),

final as (

    select
        'F9' as check_id,
        store_id,
        business_date,
        subject,
        cast(null as string) as transaction_id,
        expected_value,
        actual_value,
        note,
        _file_id,
        _line_no
    from differences

)

select * from final
