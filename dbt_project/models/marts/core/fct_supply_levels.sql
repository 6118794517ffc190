{{
    config(
        materialized='incremental',
        incremental_strategy='replace_store_days',
        partition_by='business_date',
    )
}}

with levels as (

    select * from {{ touched(ref('stg_supply_levels')) }}

),

final as (

    select
        store_id,
        supply_item,
        business_date,
        on_hand,
        reorder_point,
        order_quantity,
        _file_id,
        _line_no,
        _batch_id
    from levels

)

select * from final
