with rules as (

    select * from {{ ref('discrepancy_causes') }}

),

final as (

    select
        *,
        coalesce(
            lead(valid_from) over (partition by rule_id order by valid_from),
            date '9999-12-31'
        ) as valid_before
    from rules

)

select * from final
