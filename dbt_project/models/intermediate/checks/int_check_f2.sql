with days as (

    select distinct store_id, business_date
    from {{ ref('int_z_sequence') }}

),

findings as (

    select * from {{ ref('int_findings_f2') }}

),

final as (

    {{ findings_counted('F2') }}

)

select * from final
