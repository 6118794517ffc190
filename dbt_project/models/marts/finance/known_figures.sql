-- Only store-days that moved: what never changed is in the facts as it always was.
with versions as (

    select * from {{ ref('stg_file_scopes') }}
    where is_accepted and business_date is not null

),

measures as (

    select * from {{ ref('stg_version_measures') }}

),

effects as (

    select * from {{ ref('int_correction_measures') }}

),

kinds as (

    select distinct dataset, measure from measures

),

moved as (

    select dataset, base_scope from versions
    group by dataset, base_scope
    having count(*) > 1
    union
    select versions.dataset, versions.base_scope
    from versions
    inner join effects
        on versions.dataset = effects.dataset
        and versions.scope = effects.scope
        and versions.file_id = effects.file_id
        and versions._batch_id = effects._batch_id
    where effects.effect <> 0

),

final as (

    select
        versions.delivery_id || '|' || versions.scope || '|' || kinds.measure || '|'
        || cast(coalesce(effects.state_no, 0) as string) as figure_id,
        versions.store_id,
        versions.business_date,
        versions.dataset,
        kinds.measure,
        cast(
            coalesce(measures.measure_value, 0) + coalesce(effects.effect, 0) as decimal(18, 3)
        ) as measure_value,
        coalesce(effects.known_from, versions.known_from) as known_from,
        coalesce(effects.next_known_from, versions.known_to) as known_to,
        versions.file_id,
        effects.decision_id
    from versions
    inner join moved
        on versions.dataset = moved.dataset
        and versions.base_scope = moved.base_scope
    inner join kinds on versions.dataset = kinds.dataset
    left join measures
        on versions.dataset = measures.dataset
        and versions.scope = measures.scope
        and versions.file_id = measures.file_id
        and versions._batch_id = measures._batch_id
        and kinds.measure = measures.measure
    left join effects
        on versions.dataset = effects.dataset
        and versions.scope = effects.scope
        and versions.file_id = effects.file_id
        and versions._batch_id = effects._batch_id
        and kinds.measure = effects.measure

)

select * from final
