with days as (

    select * from {{ ref('int_received_days') }}
    where has_sales

),

findings as (

    select * from {{ ref('int_findings_f6') }}

),

final as (

    {{ findings_counted('F6') }}

)

select * from final
