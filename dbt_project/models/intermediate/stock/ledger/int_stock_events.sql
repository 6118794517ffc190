with movements as (

    select * from {{ ref('fct_stock_movements') }}

),

items as (

    select * from {{ ref('stg_items') }}

),

stores as (

    select * from {{ ref('int_stores') }}

),

-- What a client brought in, from the day it came to the day it was fetched: never ours.
in_care as (

    select
        serial_number,
        received_on,
        max(coalesce(collected_on, date '9999-12-31')) as until_on
    from {{ ref('fct_repairs') }}
    where owner = 'client' and serial_number is not null
    group by serial_number, received_on

),

-- A piece can be in care twice on one day; it is asked about once.
cared_for as (

    select distinct
        movements.store_id,
        movements.business_date,
        movements.document_id,
        movements.line_number
    from movements
    inner join in_care
        on movements.serial_number = in_care.serial_number
        and movements.business_date between in_care.received_on and in_care.until_on
    where movements.movement_type not in ('sale', 'sale_return')

),

final as (

    select
        movements.document_id || '|' || cast(movements.line_number as string) as event_id,
        movements.store_id,
        movements.location,
        movements.item_id,
        movements.serial_number,
        movements.movement_type,
        movements.posted_at as event_at,
        movements.business_date,
        movements.quantity,
        -- In fractions of a cent, so that sums of whole units come out even.
        cast(
            movements.quantity * {{ cost_known('movements', 'items', 'stores') }} as decimal(18, 4)
        ) as cost_amount,
        cast({{ cost_known('movements', 'items', 'stores') }} as decimal(18, 4)) as unit_cost,
        stores.currency,
        cared_for.document_id is null as is_owned,
        movements.counterpart_store_id,
        movements.transfer_id,
        movements.source_transaction_id,
        movements.document_id,
        movements.line_number,
        movements.reason_code,
        movements.operator_id,
        movements._file_id,
        movements._line_no
    from movements
    left join items on movements.item_id = items.item_id
    left join stores on movements.store_id = stores.store_id
    left join cared_for
        on movements.store_id = cared_for.store_id
        and movements.business_date = cared_for.business_date
        and movements.document_id = cared_for.document_id
        and movements.line_number = cared_for.line_number

)

select * from final
