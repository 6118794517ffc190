with closings as (

    select * from {{ ref('int_closings') }}
    where not is_final

),

final as (

    select
        'F3' as check_id,
        store_id,
        business_date,
        register_id || ' Z ' || z_number as subject,
        cast(null as string) as transaction_id,
        1 as expected_value,
        0 as actual_value,
        'not closed for good: its figures may still change' as note,
        _file_id,
        _line_no
    from closings

)

select * from final
