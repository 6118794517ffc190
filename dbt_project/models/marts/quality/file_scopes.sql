{{
    config(
        materialized='incremental',
        incremental_strategy='replace_keys',
        unique_key=['delivery_id', 'scope'],
    )
}}

with arrived as (

    select * from {{ ref('stg_arrived_scopes') }}

),

versions as (

    select * from {{ ref('stg_file_scopes') }}
    {% if is_incremental() -%}
    where (dataset, base_scope) in (select dataset, base_scope from arrived)
    {%- endif %}

),

final as (

    select
        delivery_id,
        file_id,
        dataset,
        scope,
        store_id,
        business_date,
        scope_part,
        row_count,
        rejected_count,
        exported_at,
        received_at,
        known_from,
        known_to,
        is_current,
        is_accepted,
        replaced_by_file_id
    from versions

)

select * from final
