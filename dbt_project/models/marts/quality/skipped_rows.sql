with skipped as (

    select * from {{ ref('stg_skipped_rows') }}

),

final as (

    select
        delivery_id,
        file_id,
        dataset,
        reason,
        cast(sum(row_count) as bigint) as row_count,
        max(known_from) as known_from
    from skipped
    group by delivery_id, file_id, dataset, reason

)

select * from final
