with versions as (

    select * from {{ ref('stg_file_scopes') }}
    where business_date is not null

),

measures as (

    select * from {{ ref('stg_version_measures') }}

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
        max(replaced.replaced_file_id) as replaced_file_id,
        coalesce(sum(old.measure_value), 0) as old_value,
        coalesce(max(new.measure_value), 0) as new_value
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

final as (

    select
        replacing_delivery_id || '|' || store_id || '|' || cast(business_date as varchar)
        || '|' || measure || '|' || replaced_file_id as restatement_id,
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
        is_current
    from compared
    where old_value <> new_value

)

select * from final
