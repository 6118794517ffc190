with employees as (

    select * from {{ ref('stg_employees') }}

),

final as (

    select
        employee_id,
        store_id,
        role,
        hired_on,
        left_on,
        _file_id,
        _line_no
    from employees

)

select * from final
