{{
    config(
        materialized='incremental',
        incremental_strategy='replace_keys',
        unique_key=['consignment_id'],
    )
}}

with arrived as (

    select _batch_id from {{ ref('stg_arrived_scopes') }}
    where dataset = 'consignments'

),

consignments as (

    select * from {{ ref('stg_consignments') }}
    {% if is_incremental() -%}
    where _batch_id in (select _batch_id from arrived)
    {%- endif %}

),

final as (

    select
        consignment_id,
        store_id,
        item_id,
        serial_number,
        client_id,
        out_on,
        due_back_on,
        returned_on,
        agreed_value,
        is_signed,
        _file_id,
        _line_no,
        _batch_id
    from consignments

)

select * from final
