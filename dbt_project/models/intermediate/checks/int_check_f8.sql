with days as (

    select * from {{ ref('int_received_days') }}
    where has_tenders and has_closings

),

findings as (

    select * from {{ ref('int_findings_f8') }}

),

final as (

    {{ findings_counted('F8') }}

)

select * from final
