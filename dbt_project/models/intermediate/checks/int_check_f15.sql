with days as (

    select * from {{ ref('int_received_days') }}
    where has_sales and has_movements

),

findings as (

    select * from {{ ref('int_findings_f15') }}

),

final as (

    {{ findings_counted('F15') }}

)

select * from final
