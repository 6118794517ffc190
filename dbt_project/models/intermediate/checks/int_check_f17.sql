with days as (

    select distinct
        store_id,
        business_date
    from {{ ref('int_required_papers') }}

),

findings as (

    select * from {{ ref('int_findings_f17') }}

),

final as (

    {{ findings_counted('F17') }}

)

select * from final
