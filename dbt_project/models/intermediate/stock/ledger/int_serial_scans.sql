with scans as (

    select * from {{ ref('fct_count_scans') }}
    where serial_number is not null

),

stores as (

    select * from {{ ref('int_stores') }}

),

final as (

    select
        scans.serial_number,
        'count_scans' as source,
        scans.count_id || '|' || cast(scans.scan_number as string) as event_id,
        'count_scan' as event_type,
        scans.scanned_at as event_at,
        true as is_moment_known,
        cast({{ utc_to_local('scans.scanned_at', "coalesce(stores.time_zone, 'UTC')") }} as date)
            as business_date,
        scans.item_id,
        scans.store_id,
        scans.zone as location,
        cast(null as string) as counterpart_store_id,
        scans.quantity,
        cast(null as string) as stock_status,
        cast(null as string) as place_told,
        cast(null as boolean) as is_owned_told,
        scans.count_id as document_id,
        scans.scan_number as line_number,
        cast(null as string) as transfer_id,
        cast(null as string) as transaction_id,
        scans._file_id,
        scans._line_no
    from scans
    left join stores on scans.store_id = stores.store_id

)

select * from final
