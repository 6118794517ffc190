with versions as (

    select * from {{ ref('stg_file_scopes') }}
    where is_current and business_date is not null and rejected_count > 0

),

terms as (

    select distinct dataset from {{ ref('delivery_terms') }}

),

final as (

    select
        'F10' as check_id,
        versions.store_id,
        versions.business_date,
        versions.dataset || coalesce(' ' || versions.scope_part, '') as subject,
        cast(null as string) as transaction_id,
        0 as expected_value,
        versions.rejected_count as actual_value,
        'lines of ' || replace(versions.dataset, '_', ' ') || ' were set aside' as note,
        versions.file_id as _file_id,
        cast(null as bigint) as _line_no
    from versions
    inner join terms on versions.dataset = terms.dataset

)

select * from final
