with lines as (

    select * from {{ ref('int_count_lines') }}

),

final as (

    select
        line_id,
        count_id,
        store_id,
        item_id,
        serial_number,
        category,
        zone,
        book_zone,
        is_serialized,
        is_due,
        is_counted,
        book_units,
        counted_units,
        uncounted_units,
        away_status,
        scans,
        decisive_scans,
        passes,
        first_scanned_at,
        last_scanned_at,
        snapshot_on,
        book_at,
        currency,
        unit_cost,
        unit_retail_price,
        variance_units,
        variance_cost,
        variance_retail,
        count_type,
        count_status,
        due_on,
        counted_on,
        is_final,
        _file_id,
        _line_no
    from lines

)

select * from final
