{{
    config(
        materialized='incremental',
        incremental_strategy='replace_counts',
        partition_by='scanned_on',
    )
}}

with arrived as (

    select scope from {{ ref('stg_arrived_scopes') }}
    where dataset = 'count_scans'

),

scans as (

    select * from {{ ref('stg_count_scans') }}
    {% if is_incremental() -%}
    where count_id in (select scope from arrived)
    {%- endif %}

),

final as (

    select
        count_id,
        scan_number,
        store_id,
        count_pass,
        zone,
        item_id,
        serial_number,
        quantity,
        scanned_at,
        scanned_on,
        counted_by,
        _file_id,
        _line_no,
        _batch_id
    from scans

)

select * from final
