with days as (

    select distinct store_id, business_date
    from {{ ref('deliveries') }}
    where received_at is not null

),

findings as (

    select * from {{ ref('int_findings_f11') }}

),

final as (

    {{ findings_counted('F11') }}

)

select * from final
