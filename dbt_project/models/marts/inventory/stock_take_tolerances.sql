with limits as (

    select * from {{ ref('stock_take_limits') }}

),

clock as (

    select cast(run_at as date) as today from {{ ref('stg_clock') }}

),

ranked as (

    select
        limits.*,
        row_number() over (partition by limits.threshold_id order by limits.valid_from desc)
            as recency
    from limits
    inner join clock on limits.valid_from <= clock.today

),

final as (

    select
        threshold_id,
        value as tolerated,
        unit,
        version,
        valid_from
    from ranked
    where recency = 1

)

select * from final
