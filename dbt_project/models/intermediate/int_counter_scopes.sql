with scopes as (

    select * from {{ ref('receipt_counter_scopes') }}

),

final as (

    select
        store_id,
        scope,
        version,
        valid_from,
        coalesce(
            lead(valid_from) over (partition by store_id order by valid_from), date '9999-12-31'
        ) as valid_before
    from scopes

)

select * from final
