with gaps as (

    select * from {{ ref('receipt_gaps') }}
    where not is_explained

),

final as (

    select
        'F4' as check_id,
        store_id,
        business_date,
        coalesce(register_id || ' ', '') || coalesce(receipt_series || ' ', '')
        || cast(first_missing as string) || '-' || cast(last_missing as string) as subject,
        cast(null as string) as transaction_id,
        0 as expected_value,
        missing_count as actual_value,
        explanation as note,
        cast(null as string) as _file_id,
        cast(null as bigint) as _line_no
    from gaps

)

select * from final
