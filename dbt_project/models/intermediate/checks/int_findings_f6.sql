{{
    config(
        materialized='incremental',
        incremental_strategy='replace_store_days',
        partition_by='business_date',
    )
}}

with lines as (

    select
        *,
        round(quantity * regular_unit_price, 2) - discount_amount as worth
    from {{ touched(ref('int_sales_lines')) }}
    where
        is_completed_line
        and regular_unit_price is not null
        and discount_amount is not null
        and not coalesce(is_price_override, false)

),

thresholds as (

    select * from {{ ref('int_thresholds') }}

),

final as (

    select
        'F6' as check_id,
        lines.store_id,
        lines.business_date,
        lines.transaction_id || ' line ' || cast(lines.line_number as string) as subject,
        lines.transaction_id,
        cast(lines.worth as decimal(18, 2)) as expected_value,
        lines.net_amount as actual_value,
        'quantity times list price less discount is another amount' as note,
        lines._file_id,
        lines._line_no
    from lines
    inner join thresholds as tolerance
        on {{ limit_of('tolerance', 'F6_tolerance', 'lines.business_date') }}
    where abs(lines.net_amount - lines.worth) > tolerance.value

)

select * from final
