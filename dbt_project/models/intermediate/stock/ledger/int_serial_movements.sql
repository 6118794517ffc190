with events as (

    select
        *,
        cast(event_at as date) <= {{ add_days('business_date', 1) }} as is_posted_in_time
    from {{ ref('int_stock_events') }}
    where serial_number is not null

),

final as (

    select
        serial_number,
        'stock_movements' as source,
        event_id,
        movement_type as event_type,
        -- Posted on a later day, it still happened on its own: after all that is known to the minute.
        case
            when is_posted_in_time then event_at
            else cast({{ add_days('business_date', 1) }} as timestamp)
        end as event_at,
        is_posted_in_time as is_moment_known,
        business_date,
        item_id,
        store_id,
        location,
        counterpart_store_id,
        quantity,
        cast(null as string) as stock_status,
        case
            when quantity > 0 then 'store'
            when movement_type = 'sale' then 'client'
            when movement_type in ('transfer_out', 'return_to_hq') then 'in_transit'
            when movement_type = 'consignment_out' then 'on_consignment'
            when movement_type = 'repair_out' then 'in_repair'
            when movement_type in ('write_off', 'adjustment', 'count_adjustment') then 'written_off'
        end as place_told,
        is_owned as is_owned_told,
        document_id,
        line_number,
        transfer_id,
        source_transaction_id as transaction_id,
        _file_id,
        _line_no
    from events

)

select * from final
