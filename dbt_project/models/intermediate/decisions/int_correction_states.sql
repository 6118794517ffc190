-- A version of a store-day changes when a correction of one of its rows comes into force or goes.
-- Its first state, number 0, is the one it came with.
with corrections as (

    select * from {{ ref('int_corrections') }}
    where is_usable and approved_no is not null

),

events as (

    select
        decision_id,
        dataset,
        store_id,
        business_date,
        file_id,
        approved_no as event_no,
        approved_from as known_from
    from corrections
    union all
    select
        decision_id,
        dataset,
        store_id,
        business_date,
        file_id,
        withdrawn_no as event_no,
        withdrawn_from as known_from
    from corrections
    where withdrawn_no is not null

),

versions as (

    select * from {{ ref('stg_file_scopes') }}
    where is_accepted and business_date is not null

),

met as (

    select
        versions.dataset,
        versions.scope,
        versions.file_id,
        versions._batch_id,
        versions.known_from as version_from,
        versions.known_to as version_to,
        events.decision_id,
        events.event_no,
        events.known_from
    from versions
    inner join events
        on versions.dataset = events.dataset
        and versions.store_id = events.store_id
        and versions.business_date = events.business_date
        and versions.file_id = events.file_id

),

final as (

    select
        dataset,
        scope,
        file_id,
        _batch_id,
        0 as state_no,
        coalesce(max(case when known_from <= version_from then event_no end), 0) as through_no,
        version_from as known_from,
        cast(null as string) as decision_id
    from met
    group by dataset, scope, file_id, _batch_id, version_from
    union all
    select
        dataset,
        scope,
        file_id,
        _batch_id,
        event_no as state_no,
        event_no as through_no,
        known_from,
        decision_id
    from met
    where known_from > version_from and (version_to is null or known_from < version_to)

)

select * from final
