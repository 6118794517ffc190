with drawers as (

    select * from {{ ref('tender_balances') }}
    where tender_type = 'cash' and over_short is not null

),

operators as (

    select * from {{ ref('int_till_operators') }}

),

final as (

    select
        drawers.store_id,
        drawers.business_date,
        drawers.register_id,
        drawers.z_number,
        drawers.over_short,
        operators.operator_id,
        drawers._file_id,
        drawers._line_no
    from drawers
    left join operators
        on drawers.store_id = operators.store_id
        and drawers.business_date = operators.business_date
        and drawers.register_id = operators.register_id

)

select * from final
