with thresholds as (

    select * from {{ ref('stock_thresholds') }}

),

final as (

    select
        threshold_id,
        scope,
        value,
        version,
        valid_from,
        coalesce(
            lead(valid_from) over (partition by threshold_id, scope order by valid_from),
            date '9999-12-31'
        ) as valid_before
    from thresholds

)

select * from final
