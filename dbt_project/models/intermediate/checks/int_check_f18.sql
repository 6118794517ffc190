with days as (

    select distinct store_id, business_date
    from {{ ref('int_receipt_times') }}

),

findings as (

    select * from {{ ref('int_findings_f18') }}

),

final as (

    {{ findings_counted('F18') }}

)

select * from final
