with days as (

    select * from {{ ref('int_quiet_days') }}

),

findings as (

    select * from {{ ref('int_findings_f19') }}

),

final as (

    {{ findings_counted('F19') }}

)

select * from final
