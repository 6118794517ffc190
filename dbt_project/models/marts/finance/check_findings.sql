with findings as (

    select * from {{ ref('int_findings') }}

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
        difference,
        note,
        _file_id,
        _line_no
    from findings

)

select * from final
