with sign_offs as (

    select * from {{ ref('int_sign_offs') }}

),

-- Daily files only; the first delivery of one that no day waits for changes nothing signed.
daily as (

    select dataset, bool_or(blocks_day) as blocks_day
    from {{ ref('delivery_terms') }}
    group by dataset

),

versions as (

    select * from {{ ref('stg_file_scopes') }}
    where is_accepted and business_date is not null

),

files as (

    select * from {{ ref('stg_files') }}

),

replacing as (

    select distinct dataset, base_scope, replaced_by_delivery_id as delivery_id
    from versions
    where replaced_by_delivery_id is not null

),

delivered as (

    select
        sign_offs.store_id,
        sign_offs.business_date,
        replace(versions.dataset, '_', ' ')
        || case when replacing.delivery_id is null then ' came later' else ' came again' end
        || coalesce(' (' || files.file_name || ')', '') as because
    from sign_offs
    inner join versions
        on sign_offs.store_id = versions.store_id
        and sign_offs.business_date = versions.business_date
        and versions.known_from > sign_offs.seen_until
    inner join daily on versions.dataset = daily.dataset
    left join replacing
        on versions.dataset = replacing.dataset
        and versions.base_scope = replacing.base_scope
        and versions.delivery_id = replacing.delivery_id
    left join files
        on versions.delivery_id = files.delivery_id
        and versions.dataset = files.dataset
    where daily.blocks_day or replacing.delivery_id is not null

),

corrected as (

    select
        sign_offs.store_id,
        sign_offs.business_date,
        'a correction of ' || corrections.column_name || ' '
        || case
            when states.state_no = corrections.withdrawn_no
                then 'was taken back by ' || corrections.withdrawn_by
            else 'was approved by ' || corrections.approved_by
        end as because
    from sign_offs
    inner join {{ ref('int_corrections') }} as corrections
        on sign_offs.store_id = corrections.store_id
        and sign_offs.business_date = corrections.business_date
    inner join {{ ref('int_correction_states') }} as states
        on corrections.decision_id = states.decision_id
        and states.known_from > sign_offs.seen_until

),

failing as (

    select
        sign_offs.store_id,
        sign_offs.business_date,
        checks.check_id || ' fails now: ' || checks.fault as because
    from sign_offs
    inner join {{ ref('completeness_checks') }} as checks
        on sign_offs.store_id = checks.store_id
        and sign_offs.business_date = checks.business_date
    where not checks.passed
        and checks.severity in ('block', 'error')
        and sign_offs.blockers not like '%|' || checks.check_id || '|%'

),

causes as (

    select store_id, business_date, because from delivered
    union all
    select store_id, business_date, because from corrected
    union all
    select store_id, business_date, because from failing

),

final as (

    select
        store_id,
        business_date,
        {{ text_list('because') }} as reopened_because
    from causes
    group by store_id, business_date

)

select * from final
