{{ config(materialized='table') }}

with corrections as (

    select * from {{ ref('int_corrections') }}
    where is_usable
        and is_row_current
        and approved_no is not null
        and withdrawn_no is null
        and recency = 1

),

final as (

    select
        corrections.dataset,
        corrections.store_id,
        corrections.business_date,
        corrections.file_id,
        corrections.subject_key as row_key,
        {{ loupe.correction_cells('corrections') }}
    from corrections
    group by
        corrections.dataset,
        corrections.store_id,
        corrections.business_date,
        corrections.file_id,
        corrections.subject_key

)

select * from final
