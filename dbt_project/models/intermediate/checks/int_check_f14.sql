with days as (

    select * from {{ ref('int_received_days') }}
    where has_ledger and has_sales and has_tenders

),

findings as (

    select * from {{ ref('int_findings_f14') }}

),

final as (

    {{ findings_counted('F14') }}

)

select * from final
