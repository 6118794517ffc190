{{ config(materialized='table') }}

with arrived as (

    select distinct _batch_id from {{ recorded('file_scopes') }}

),

final as (

    select versions.*
    from {{ ref('stg_file_scopes') }} as versions
    inner join arrived on versions._batch_id = arrived._batch_id

)

select * from final
