{{ config(materialized='table') }}

with versions as (

    select * from {{ ref('stg_file_scopes') }}
    where business_date is not null

),

sent_again as (

    select distinct file_id
    from {{ ref('stg_files') }}
    where status = 'duplicate'

),

final as (

    select
        versions.dataset,
        versions.store_id,
        versions.business_date,
        min(versions.received_at) as received_at,
        max(case when versions.is_current then versions.received_at end) as last_received_at,
        max(case when versions.is_current then versions.file_id end) as file_id,
        sum(case when versions.is_current then versions.row_count else 0 end) as row_count,
        sum(
            case when versions.is_current then coalesce(versions.rejected_count, 0) else 0 end
        ) as rejected_count,
        sum(case when versions.is_accepted and not versions.is_current then 1 else 0 end)
            as replaced_versions,
        coalesce(bool_or(versions.is_current and sent_again.file_id is not null), false)
            as is_sent_again
    from versions
    left join sent_again on versions.file_id = sent_again.file_id
    group by versions.dataset, versions.store_id, versions.business_date

)

select * from final
