with days as (

    select * from {{ ref('int_received_days') }}
    where has_sales

),

findings as (

    select * from {{ ref('int_findings_f16') }}

),

final as (

    {{ findings_counted('F16') }}

)

select * from final
