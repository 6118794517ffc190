{{
    config(
        materialized='incremental',
        incremental_strategy='replace_keys',
        unique_key=['deposit_id'],
    )
}}

with arrived as (

    select _batch_id from {{ ref('stg_arrived_scopes') }}
    where dataset = 'bank_deposits'

),

deposits as (

    select * from {{ ref('stg_bank_deposits') }}
    {% if is_incremental() -%}
    where _batch_id in (select _batch_id from arrived)
    {%- endif %}

),

final as (

    select
        deposit_id,
        store_id,
        business_date,
        deposited_amount,
        credited_on,
        credited_amount,
        currency,
        _file_id,
        _line_no,
        _batch_id
    from deposits

)

select * from final
