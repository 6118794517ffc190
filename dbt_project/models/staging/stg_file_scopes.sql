{{
    config(
        incremental_strategy='replace_keys',
        unique_key=['dataset', 'base_scope'],
    )
}}

with arrived as (

    -- Rows that replace each other by key have no scope: every file is its own.
    -- The base scope is what a whole delivery replaces: the store-day, whatever the part.
    select
        dataset,
        coalesce(scope, delivery_id) as scope,
        case
            when scope_part is null then coalesce(scope, delivery_id)
            else store_id || '|' || cast(business_date as string)
        end as base_scope,
        store_id,
        business_date,
        scope_part,
        file_id,
        delivery_id,
        sequence_no,
        row_count,
        rejected_count,
        exported_at,
        received_at,
        known_from,
        _batch_id
    from {{ recorded('file_scopes') }}

),

versions as (

    select * from arrived
    {% if is_incremental() %}
    union
    select
        known.dataset,
        known.scope,
        known.base_scope,
        known.store_id,
        known.business_date,
        known.scope_part,
        known.file_id,
        known.delivery_id,
        known.sequence_no,
        known.row_count,
        known.rejected_count,
        known.exported_at,
        known.received_at,
        known.known_from,
        known._batch_id
    from {{ this }} as known
    where (known.dataset, known.base_scope) in (select dataset, base_scope from arrived)
    {% endif %}

),

numbered as (

    select
        *,
        row_number() over (
            partition by dataset, base_scope
            order by known_from, sequence_no, delivery_id, scope
        ) as arrival_no
    from versions

),

-- An export without a time of its own is believed whatever came before; so the comparison of
-- times starts anew after each of them.
eras as (

    select
        *,
        count(case when exported_at is null then 1 end) over (
            partition by dataset, scope
            order by arrival_no
            rows between unbounded preceding and current row
        ) as era
    from numbered

),

judged as (

    select
        *,
        coalesce(
            exported_at >= max(exported_at) over (
                partition by dataset, scope, era
                order by arrival_no
                rows between unbounded preceding and 1 preceding
            ),
            true
        ) as is_accepted
    from eras

),

followed as (

    select
        *,
        min(case when is_accepted then arrival_no end) over (
            partition by dataset, scope
            order by arrival_no
            rows between 1 following and unbounded following
        ) as next_same_no,
        min(case when is_accepted and scope_part is null then arrival_no end) over (
            partition by dataset, base_scope
            order by arrival_no
            rows between 1 following and unbounded following
        ) as next_whole_no
    from judged

),

final as (

    select
        version.dataset,
        version.scope,
        version.base_scope,
        version.store_id,
        version.business_date,
        version.scope_part,
        version.file_id,
        version.delivery_id,
        version.sequence_no,
        version.row_count,
        version.rejected_count,
        version.exported_at,
        version.received_at,
        version.known_from,
        case
            when version.is_accepted then replacement.known_from
            else version.known_from
        end as known_to,
        version.is_accepted,
        version.is_accepted and replacement.arrival_no is null as is_current,
        case when version.is_accepted then replacement.file_id end as replaced_by_file_id,
        case when version.is_accepted then replacement.delivery_id end as replaced_by_delivery_id,
        version._batch_id
    from followed as version
    left join followed as replacement
        on version.dataset = replacement.dataset
        and version.base_scope = replacement.base_scope
        and replacement.arrival_no
        = least(version.next_same_no, version.next_whole_no)

)

select * from final
