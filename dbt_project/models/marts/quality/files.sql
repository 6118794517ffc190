{{
    config(
        materialized='incremental',
        incremental_strategy='replace_keys',
        unique_key='delivery_id',
    )
}}

with changed as (

    -- Files that came, and files that lost a scope to them.
    select delivery_id
    from {{ ref('stg_file_scopes') }}
    where (dataset, base_scope) in (
        select dataset, base_scope from {{ ref('stg_arrived_scopes') }}
    )

),

files as (

    select * from {{ ref('stg_files') }}
    {% if is_incremental() -%}
    where delivery_id in (select delivery_id from changed)
        or delivery_id not in (select delivery_id from {{ this }})
    {%- endif %}

),

-- A file is superseded once nothing it delivered is current.
lives as (

    select
        delivery_id,
        dataset,
        bool_or(is_current) as is_current,
        max(known_to) as known_to
    from {{ ref('stg_file_scopes') }}
    group by delivery_id, dataset

),

final as (

    select
        files.delivery_id,
        files.file_id,
        files.file_name,
        files.source_system,
        files.mapping,
        files.mapping_version,
        files.dataset,
        files.received_at,
        files.exported_at,
        files.known_from,
        case
            when files.status <> 'accepted' then files.known_from
            when not lives.is_current then lives.known_to
        end as known_to,
        files.lines_read,
        files.rows_loaded,
        files.rows_rejected,
        files.rows_skipped,
        case
            when files.status = 'accepted' and not lives.is_current then 'superseded'
            else files.status
        end as status,
        files.status_reason,
        files.control_total_check,
        files.file_bytes,
        files._batch_id
    from files
    left join lives
        on files.delivery_id = lives.delivery_id
        and files.dataset = lives.dataset

)

select * from final
