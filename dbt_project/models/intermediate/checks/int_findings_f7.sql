with unbalanced as (

    select * from {{ ref('unbalanced_transactions') }}

),

final as (

    select
        'F7' as check_id,
        store_id,
        business_date,
        transaction_id as subject,
        transaction_id,
        lines_total as expected_value,
        tenders_total as actual_value,
        explanation as note,
        cast(null as string) as _file_id,
        cast(null as bigint) as _line_no
    from unbalanced

)

select * from final
