with versions as (

    select * from {{ ref('stg_file_scopes') }}
    where is_accepted and business_date is not null

),

replacing as (

    select distinct dataset, base_scope, replaced_by_delivery_id as delivery_id
    from versions
    where replaced_by_delivery_id is not null

),

deliveries as (

    select * from {{ ref('deliveries') }}
    where due_at is not null

),

moments as (

    select distinct known_from as moment, cast(null as timestamp) as published_at
    from versions
    union all
    select finished_at as moment, finished_at as published_at
    from {{ ref('stg_runs') }}
    where published

),

followed as (

    select
        moment,
        published_at,
        max(published_at) over (
            order by moment, published_at
            rows between unbounded preceding and 1 preceding
        ) as told_before
    from moments

),

-- Figures had been published without it, although it was due.
final as (

    select versions.*
    from versions
    inner join followed
        on versions.known_from = followed.moment and followed.published_at is null
    inner join deliveries
        on versions.dataset = deliveries.dataset
        and versions.store_id = deliveries.store_id
        and versions.business_date = deliveries.business_date
        and followed.told_before > deliveries.due_at
    left join replacing
        on versions.dataset = replacing.dataset
        and versions.base_scope = replacing.base_scope
        and versions.delivery_id = replacing.delivery_id
    where replacing.delivery_id is null

)

select * from final
