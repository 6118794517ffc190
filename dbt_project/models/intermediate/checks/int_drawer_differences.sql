with balances as (

    select * from {{ ref('tender_balances') }}
    where tender_type = 'cash'

),

thresholds as (

    select * from {{ ref('int_thresholds') }}

),

differences as (

    select
        store_id, business_date, register_id || ' Z ' || z_number || ' drawer' as subject,
        expected_cash as expected_value,
        cast(counted_amount - coalesce(banked_amount, 0) as decimal(18, 2)) as actual_value,
        'counted and not banked, beside what should be left in the drawer' as note,
        _file_id, _line_no
    from balances
    where over_short is not null
    union all
    select
        store_id, business_date, register_id || ' Z ' || z_number || ' float' as subject,
        previous_left_amount as expected_value,
        opening_float as actual_value,
        'opening float, beside what the closing before had left' as note,
        _file_id, _line_no
    from balances
    where float_difference is not null

),

final as (

    select
        differences.*,
        abs(differences.actual_value - differences.expected_value) >= lower_limit.value
            as is_noted,
        abs(differences.actual_value - differences.expected_value) >= upper_limit.value
            as is_investigated
    from differences
    inner join thresholds as lower_limit
        on {{ limit_of('lower_limit', 'F9_warn', 'differences.business_date') }}
    inner join thresholds as upper_limit
        on {{ limit_of('upper_limit', 'F9_error', 'differences.business_date') }}

)

select * from final
