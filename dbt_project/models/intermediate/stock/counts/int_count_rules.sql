with rules as (

    select * from {{ ref('count_rules') }}

),

final as (

    select
        rule_id,
        value,
        version,
        valid_from,
        coalesce(
            lead(valid_from) over (partition by rule_id order by valid_from),
            date '9999-12-31'
        ) as valid_before
    from rules

)

select * from final
