{{
    config(
        materialized='incremental',
        incremental_strategy='replace_keys',
        unique_key=['settlement_id'],
    )
}}

with arrived as (

    select _batch_id from {{ ref('stg_arrived_scopes') }}
    where dataset = 'card_settlements'

),

settlements as (

    select * from {{ ref('stg_card_settlements') }}
    {% if is_incremental() -%}
    where _batch_id in (select _batch_id from arrived)
    {%- endif %}

),

final as (

    select
        settlement_id,
        store_id,
        authorization_code,
        card_last_four,
        captured_on,
        gross_amount,
        fee_amount,
        net_amount,
        settled_on,
        payout_id,
        currency,
        _file_id,
        _line_no,
        _batch_id
    from settlements

)

select * from final
