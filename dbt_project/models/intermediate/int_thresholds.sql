with thresholds as (

    select * from {{ ref('finance_thresholds') }}

),

final as (

    select
        threshold_id,
        value,
        version,
        valid_from,
        coalesce(
            lead(valid_from) over (partition by threshold_id order by valid_from),
            date '9999-12-31'
        ) as valid_before
    from thresholds

)

select * from final
