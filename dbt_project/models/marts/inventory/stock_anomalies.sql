with positions as (

    select * from {{ ref('fct_stock_positions') }}

),

items as (

    select * from {{ ref('dim_items') }}

),

stores as (

    select * from {{ ref('int_stores') }}

),

movements as (

    select * from {{ ref('int_stock_events') }}

),

judged as (

    select
        positions.*,
        stores.currency,
        stores.closed_on,
        clock.local_today,
        items.item_id is null as is_unlisted,
        {{ cost_known('positions', 'items', 'stores') }} as known_cost
    from positions
    left join items on positions.item_id = items.item_id
    left join stores on positions.store_id = stores.store_id
    left join {{ ref('int_stock_clock') }} as clock on positions.store_id = clock.store_id

),

shown as (

    {% for kind, condition, note in [
        ('negative_stock', 'quantity < 0', "'the snapshot shows ' || cast(quantity as string) || ' units'"),
        (
            'serial_above_one', 'serial_number is not null and quantity > 1',
            "'one serial number, and ' || cast(quantity as string) || ' units'",
        ),
        (
            'closed_store', 'coalesce(to_date, local_today) > closed_on and quantity <> 0',
            "'the store has closed on ' || cast(closed_on as string)",
        ),
        ('unlisted_item', 'is_unlisted', "'the item is not in the item list'"),
        (
            'cost_not_positive',
            "coalesce(known_cost, 0) <= 0 and stock_status <> 'client_owned' and quantity <> 0",
            "case when known_cost is null then 'no cost is known' else 'the cost of one unit is '"
            " || cast(known_cost as string) end",
        ),
    ] -%}
    select
        '{{ kind }}' as kind,
        'stock_snapshots' as source,
        position_id as subject,
        store_id,
        item_id,
        serial_number,
        from_date as business_date,
        to_date as until_on,
        quantity,
        known_cost as unit_cost,
        {{ note }} as note,
        _file_id,
        _line_no
    from judged
    where {{ condition }}
    union all
    {% endfor -%}
    select
        'serial_moved_above_one' as kind,
        'stock_movements' as source,
        event_id as subject,
        store_id,
        item_id,
        serial_number,
        business_date,
        business_date as until_on,
        quantity,
        unit_cost,
        'one serial number, and ' || cast(abs(quantity) as string) || ' units moved' as note,
        _file_id,
        _line_no
    from movements
    where serial_number is not null and abs(quantity) > 1
    union all
    select
        'line_told_on_two_days' as kind,
        'stock_movements' as source,
        event_id as subject,
        store_id,
        item_id,
        serial_number,
        business_date,
        business_date as until_on,
        quantity,
        unit_cost,
        'the same line of the document is told on ' || cast(first_day as string) || ' as well'
            as note,
        _file_id,
        _line_no
    from (
        select
            *,
            min(business_date) over (
                partition by store_id, event_id, movement_type, item_id, serial_number, quantity
            ) as first_day
        from movements
    ) as told
    where business_date > first_day

),

final as (

    select
        shown.kind || '|' || shown.store_id || '|' || cast(shown.business_date as string) || '|'
        || shown.subject as anomaly_id,
        shown.kind,
        shown.source,
        shown.store_id,
        shown.item_id,
        shown.serial_number,
        shown.business_date,
        shown.until_on,
        shown.until_on is null as is_open,
        cast(shown.quantity as decimal(18, 3)) as quantity,
        cast(shown.unit_cost as decimal(18, 4)) as unit_cost,
        stores.currency,
        shown.note,
        shown._file_id,
        shown._line_no
    from shown
    left join stores on shown.store_id = stores.store_id

)

select * from final
