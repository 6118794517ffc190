with events as (

    select
        *,
        event_type in ('sale', 'sale_line') and not is_told_by_receipt as is_sale,
        event_type in ('sale_return', 'return_line') and not is_told_by_receipt as is_return
    from {{ ref('serial_events') }}

),

found as (

    select
        'sold_twice' as kind,
        serial_number,
        event_no,
        previous_act_no as other_event_no
    from events
    where is_sale and previous_act = 'sale'
    union all
    -- A piece first heard of when it comes back may have been sold before our first file.
    select
        'returned_without_sale' as kind,
        serial_number,
        event_no,
        coalesce(previous_act_no, previous_event_no) as other_event_no
    from events
    where is_return
        and (previous_act = 'return' or (previous_act is null and place_before <> 'client'))
    union all
    select
        'received_before_shipped' as kind,
        serial_number,
        event_no,
        shipped_event_no as other_event_no
    from events
    where shipped_event_no is not null
    union all
    select
        'in_two_stores' as kind,
        serial_number,
        event_no,
        elsewhere_event_no as other_event_no
    from events
    where elsewhere_event_no is not null
    union all
    -- A piece out on consignment is often bought there: that is no conflict.
    select
        'sold_while_away' as kind,
        serial_number,
        event_no,
        previous_event_no as other_event_no
    from events
    where is_sale
        and (
            place_before in ('in_transit', 'in_repair', 'written_off')
            or (place_before = 'store' and store_id_before <> sold_from_store_id)
        )
    union all
    -- However often it is scanned in a count, it is one find.
    select
        'counted_while_away' as kind,
        serial_number,
        min(event_no) as event_no,
        previous_event_no as other_event_no
    from events
    where event_type = 'count_scan'
        and (place_before <> 'store' or store_id_before <> store_id)
    group by serial_number, document_id, previous_event_no

),

final as (

    select
        found.serial_number,
        found.kind,
        found.event_no,
        found.other_event_no,
        event.event_id,
        other.event_id as other_event_id,
        event.item_id,
        event.store_id,
        other.store_id as other_store_id,
        event.business_date,
        other.business_date as other_business_date,
        event.event_at,
        other.event_at as other_event_at,
        case found.kind
            when 'sold_twice'
                then 'Sold in ' || {{ where_and_when('event') }} || ', and sold before in '
                    || {{ where_and_when('other') }} || ', without a return between.'
            when 'returned_without_sale'
                then 'Taken back in ' || {{ where_and_when('event') }}
                    || ', but not sold since ' || {{ what_happened('other') }} || ' in '
                    || {{ where_and_when('other') }} || '.'
            when 'received_before_shipped'
                then 'Received in ' || {{ where_and_when('event') }} || ', but sent from '
                    || {{ where_and_when('other') }} || ' only later (transfer '
                    || event.transfer_id || ').'
            when 'in_two_stores'
                then 'On the shelf in ' || {{ where_and_when('event') }}
                    || ', while it was still on the shelf in ' || other.store_id || ' (since '
                    || cast(other.business_date as string) || ').'
            when 'sold_while_away'
                then 'Sold in ' || {{ where_and_when('event') }} || ', but after '
                    || {{ what_happened('other') }} || ' in ' || {{ where_and_when('other') }}
                    || ' it was not there.'
            else 'Counted in ' || {{ where_and_when('event') }} || ', but after '
                || {{ what_happened('other') }} || ' in ' || {{ where_and_when('other') }}
                || ' it should not be there.'
        end as reason,
        event._file_id,
        event._line_no,
        other._file_id as other_file_id,
        other._line_no as other_line_no
    from found
    inner join events as event
        on found.serial_number = event.serial_number
        and found.event_no = event.event_no
    left join events as other
        on found.serial_number = other.serial_number
        and found.other_event_no = other.event_no

)

select * from final
