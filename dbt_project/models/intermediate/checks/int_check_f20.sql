with days as (

    select * from {{ ref('int_received_days') }}
    where has_sales

),

findings as (

    select * from {{ ref('int_findings_f20') }}

),

final as (

    {{ findings_counted('F20') }}

)

select * from final
