with rules as (

    select * from {{ ref('day_rules') }}

),

clock as (

    select cast(run_at as date) as today from {{ ref('stg_clock') }}

),

ranked as (

    select
        rules.*,
        row_number() over (partition by rules.rule_id order by rules.valid_from desc)
            as recency
    from rules
    inner join clock on rules.valid_from <= clock.today

),

final as (

    select
        rule_id,
        value,
        unit,
        version,
        valid_from
    from ranked
    where recency = 1

)

select * from final
