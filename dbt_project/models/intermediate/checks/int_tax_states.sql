with stores as (

    select * from {{ ref('int_stores') }}

),

registrations as (

    select * from {{ ref('nexus_thresholds') }}

),

presence as (

    select
        state,
        opened_on as collects_from,
        closed_on as collects_until
    from stores
    where state is not null
    union all
    select
        state,
        registered_from as collects_from,
        cast(null as date) as collects_until
    from registrations
    where registered_from is not null

),

final as (

    select
        state,
        min(coalesce(collects_from, date '2000-01-01')) as collects_from,
        max(coalesce(collects_until, date '9999-12-31')) as collects_until
    from presence
    group by state

)

select * from final
