with drawers as (

    select * from {{ ref('int_counted_drawers') }}

),

limits as (

    select * from {{ ref('int_thresholds') }}

),

final as (

    select
        'X10' as rule_id,
        drawers.store_id,
        drawers.business_date,
        'till ' || drawers.register_id || coalesce(' Z ' || drawers.z_number, '') as subject,
        cast(null as string) as transaction_id,
        cast(null as integer) as line_number,
        drawers.operator_id as employee_id,
        drawers.over_short as amount,
        case when drawers.over_short > 0 then 'drawer over' else 'drawer short' end as note,
        drawers._file_id,
        drawers._line_no
    from drawers
    inner join limits
        on {{ limit_of('limits', 'F9_warn', 'drawers.business_date') }}
    where abs(drawers.over_short) >= limits.value

)

select * from final
