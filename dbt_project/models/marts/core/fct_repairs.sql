{{
    config(
        materialized='incremental',
        incremental_strategy='replace_keys',
        unique_key=['repair_id'],
    )
}}

with arrived as (

    select _batch_id from {{ ref('stg_arrived_scopes') }}
    where dataset = 'repairs'

),

repairs as (

    select * from {{ ref('stg_repairs') }}
    {% if is_incremental() -%}
    where _batch_id in (select _batch_id from arrived)
    {%- endif %}

),

final as (

    select
        repair_id,
        store_id,
        client_id,
        item_id,
        serial_number,
        owner,
        received_on,
        promised_on,
        sent_on,
        returned_on,
        collected_on,
        status,
        _file_id,
        _line_no,
        _batch_id
    from repairs

)

select * from final
