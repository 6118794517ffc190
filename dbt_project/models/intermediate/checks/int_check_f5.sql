with days as (

    select * from {{ ref('int_store_day_receipts') }}

),

findings as (

    select * from {{ ref('int_findings_f5') }}

),

final as (

    {{ findings_counted('F5') }}

)

select * from final
