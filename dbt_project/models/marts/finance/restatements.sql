with versions as (

    select * from {{ ref('stg_file_scopes') }}
    where business_date is not null

),

measures as (

    select * from {{ ref('stg_version_measures') }}

),

-- Corrections that stood when a version came, and those that stood when it went.
effects as (

    select
        dataset,
        scope,
        file_id,
        _batch_id,
        measure,
        max(case when state_no = 0 then effect end) as first_effect,
        max_by(effect, state_no) as last_effect
    from {{ ref('int_correction_measures') }}
    group by dataset, scope, file_id, _batch_id, measure

),

-- Every measure a dataset has, so that an emptied version counts as nothing, not as unknown.
kinds as (

    select distinct dataset, measure from measures

),

replaced as (

    select
        replacing.dataset,
        replacing.store_id,
        replacing.business_date,
        replacing.scope,
        replacing.file_id as replacing_file_id,
        replacing.delivery_id as replacing_delivery_id,
        replacing._batch_id as replacing_batch_id,
        replacing.known_from,
        replacing.is_current,
        old.scope as replaced_scope,
        old.file_id as replaced_file_id,
        old._batch_id as replaced_batch_id
    from versions as old
    inner join versions as replacing
        on old.dataset = replacing.dataset
        and old.base_scope = replacing.base_scope
        and old.replaced_by_delivery_id = replacing.delivery_id
        and (replacing.scope_part is null or old.scope = replacing.scope)
    union all
    select
        dataset,
        store_id,
        business_date,
        scope,
        file_id as replacing_file_id,
        delivery_id as replacing_delivery_id,
        _batch_id as replacing_batch_id,
        known_from,
        is_current,
        cast(null as string) as replaced_scope,
        cast(null as string) as replaced_file_id,
        cast(null as string) as replaced_batch_id
    from {{ ref('int_late_versions') }}

),

compared as (

    select
        replaced.dataset,
        replaced.store_id,
        replaced.business_date,
        replaced.replacing_file_id,
        replaced.replacing_delivery_id,
        replaced.known_from,
        replaced.is_current,
        kinds.measure,
        max(replaced.scope) as scope,
        max(replaced.replaced_file_id) as replaced_file_id,
        coalesce(sum(old.measure_value), 0) + coalesce(sum(old_effects.last_effect), 0)
            as old_value,
        coalesce(max(new.measure_value), 0) + coalesce(max(new_effects.first_effect), 0)
            as new_value,
        coalesce(max(new_effects.first_effect) = max(new_effects.last_effect), true)
            as is_uncorrected
    from replaced
    inner join kinds on replaced.dataset = kinds.dataset
    left join measures as old
        on kinds.dataset = old.dataset
        and kinds.measure = old.measure
        and replaced.replaced_scope = old.scope
        and replaced.replaced_file_id = old.file_id
        and replaced.replaced_batch_id = old._batch_id
    left join measures as new
        on kinds.dataset = new.dataset
        and kinds.measure = new.measure
        and replaced.scope = new.scope
        and replaced.replacing_file_id = new.file_id
        and replaced.replacing_batch_id = new._batch_id
    left join effects as old_effects
        on kinds.dataset = old_effects.dataset
        and kinds.measure = old_effects.measure
        and replaced.replaced_scope = old_effects.scope
        and replaced.replaced_file_id = old_effects.file_id
        and replaced.replaced_batch_id = old_effects._batch_id
    left join effects as new_effects
        on kinds.dataset = new_effects.dataset
        and kinds.measure = new_effects.measure
        and replaced.scope = new_effects.scope
        and replaced.replacing_file_id = new_effects.file_id
        and replaced.replacing_batch_id = new_effects._batch_id
    group by
        replaced.dataset,
        replaced.store_id,
        replaced.business_date,
        replaced.replacing_file_id,
        replaced.replacing_delivery_id,
        replaced.known_from,
        replaced.is_current,
        kinds.measure

),

corrected as (

    select
        versions.store_id,
        versions.business_date,
        effects.dataset,
        effects.measure,
        effects.state_no,
        effects.decision_id,
        effects.known_from,
        effects.file_id,
        coalesce(measures.measure_value, 0) + effects.previous_effect as old_value,
        coalesce(measures.measure_value, 0) + effects.effect as new_value,
        versions.is_current and effects.next_known_from is null as is_current
    from {{ ref('int_correction_measures') }} as effects
    inner join versions
        on effects.dataset = versions.dataset
        and effects.scope = versions.scope
        and effects.file_id = versions.file_id
        and effects._batch_id = versions._batch_id
    left join measures
        on effects.dataset = measures.dataset
        and effects.scope = measures.scope
        and effects.file_id = measures.file_id
        and effects._batch_id = measures._batch_id
        and effects.measure = measures.measure
    where effects.state_no > 0

),

final as (

    select
        replacing_delivery_id || '|' || store_id || '|' || cast(business_date as string)
        || '|' || measure || '|' || coalesce(replaced_file_id, scope) as restatement_id,
        store_id,
        business_date,
        dataset,
        measure,
        cast(old_value as decimal(18, 3)) as old_value,
        cast(new_value as decimal(18, 3)) as new_value,
        cast(new_value - old_value as decimal(18, 3)) as change,
        replaced_file_id,
        replacing_file_id,
        known_from,
        is_current and is_uncorrected as is_current,
        case when replaced_file_id is null then 'late' else 'file' end as cause,
        cast(null as string) as decision_id
    from compared
    where old_value <> new_value
    union all
    select
        decision_id || '|' || cast(state_no as string) || '|' || store_id || '|'
        || cast(business_date as string) || '|' || measure as restatement_id,
        store_id,
        business_date,
        dataset,
        measure,
        cast(old_value as decimal(18, 3)) as old_value,
        cast(new_value as decimal(18, 3)) as new_value,
        cast(new_value - old_value as decimal(18, 3)) as change,
        file_id as replaced_file_id,
        file_id as replacing_file_id,
        known_from,
        is_current,
        'correction' as cause,
        decision_id
    from corrected
    where old_value <> new_value

)

select * from final
