{{
    config(
        materialized='incremental',
        incremental_strategy='replace_keys',
        unique_key=['count_id'],
    )
}}

with arrived as (

    select _batch_id from {{ ref('stg_arrived_scopes') }}
    where dataset = 'count_plans'

),

count_plans as (

    select * from {{ ref('stg_count_plans') }}
    {% if is_incremental() -%}
    where _batch_id in (select _batch_id from arrived)
    {%- endif %}

),

final as (

    select
        count_id,
        store_id,
        count_type,
        zone,
        category,
        due_on,
        frozen_at,
        status,
        _file_id,
        _line_no,
        _batch_id
    from count_plans

)

select * from final
