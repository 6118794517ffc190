{{
    config(
        materialized='incremental',
        incremental_strategy='replace_store_days',
        partition_by='business_date',
    )
}}

with traffic as (

    select * from {{ touched(ref('stg_store_traffic')) }}

),

final as (

    select
        store_id || '|' || cast(business_date as string) || '|'
        || coalesce(cast(hour as string), 'day') as count_id,
        store_id,
        business_date,
        hour,
        visitors,
        _file_id,
        _line_no,
        _batch_id
    from traffic

)

select * from final
