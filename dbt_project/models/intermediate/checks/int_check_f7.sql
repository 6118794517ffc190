with days as (

    select * from {{ ref('int_received_days') }}
    where has_sales and has_tenders

),

findings as (

    select * from {{ ref('int_findings_f7') }}

),

final as (

    {{ findings_counted('F7') }}

)

select * from final
