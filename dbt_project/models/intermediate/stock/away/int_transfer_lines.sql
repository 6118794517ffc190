{{ config(materialized='table') }}

with movements as (

    select
        coalesce(transfer_id, store_id || '|' || document_id) as transfer_id,
        transfer_id is not null as is_numbered,
        movement_type in ('transfer_out', 'return_to_hq') as is_dispatch,
        movement_type = 'transfer_in' as is_receipt,
        store_id, counterpart_store_id, item_id, serial_number, quantity, unit_cost, posted_at,
        business_date, document_id, line_number, carrier, tracking_number, insured_value,
        expected_on, _file_id, _line_no
    from {{ ref('fct_stock_movements') }}
    where movement_type in ('transfer_out', 'transfer_in')
        or (
            transfer_id is not null
            and movement_type in ('return_to_hq', 'write_off', 'adjustment', 'count_adjustment')
        )

),

items as (

    select * from {{ ref('dim_items') }}

),

-- A dispatch says best who sends to whom, then a receipt; the moments are UTC, so that the dates
-- of two time zones are never held against each other.
placed as (

    select
        *,
        case when is_dispatch then 0 when is_receipt then 1 else 2 end as kind,
        row_number() over (
            partition by transfer_id
            order by
                case when is_dispatch then 0 when is_receipt then 1 else 2 end,
                posted_at, store_id, document_id, line_number
        ) as place_in_transfer,
        row_number() over (
            partition by transfer_id, item_id, serial_number
            order by
                case when is_dispatch then 0 when is_receipt then 1 else 2 end,
                posted_at, store_id, document_id, line_number
        ) as place_in_line
    from movements

),

receipts as (

    select transfer_id, min(store_id) as receiving_store_id
    from movements
    where is_receipt
    group by transfer_id

),

parties as (

    select
        leading_line.transfer_id,
        case
            when leading_line.is_dispatch then leading_line.store_id
            else leading_line.counterpart_store_id
        end as sender_store_id,
        case
            when leading_line.is_dispatch then leading_line.counterpart_store_id
            else leading_line.store_id
        end as named_receiver,
        receipts.receiving_store_id
    from placed as leading_line
    left join receipts
        on leading_line.transfer_id = receipts.transfer_id
    where leading_line.place_in_transfer = 1 and leading_line.kind < 2

),

-- What a place books in and writes off again under the number of the transfer never was there: it
-- is short, and not received.
goods as (

    select
        placed.transfer_id,
        placed.item_id,
        placed.serial_number,
        parties.sender_store_id,
        coalesce(parties.named_receiver, parties.receiving_store_id) as receiver_store_id,
        placed.is_numbered,
        cast(
            sum(case when placed.is_dispatch then -placed.quantity else 0 end) as decimal(18, 3)
        ) as shipped_units,
        cast(
            sum(
                case
                    when placed.is_dispatch then 0
                    when placed.store_id = parties.sender_store_id then 0
                    else placed.quantity
                end
            ) as decimal(18, 3)
        ) as received_units,
        cast(
            sum(
                case
                    when placed.is_dispatch then 0
                    when placed.store_id = parties.sender_store_id then placed.quantity
                    else 0
                end
            ) as decimal(18, 3)
        ) as rejected_units,
        cast(
            sum(case when placed.kind = 2 then -placed.quantity else 0 end) as decimal(18, 3)
        ) as short_units,
        coalesce(
            max(case when placed.is_dispatch then placed.unit_cost end), max(placed.unit_cost)
        ) as unit_cost,
        max(case when placed.is_dispatch then placed.insured_value end) as insured_value,
        min(case when placed.is_dispatch then placed.posted_at end) as shipped_at,
        min(case when placed.is_dispatch then placed.business_date end) as shipped_on,
        min(case when placed.is_receipt then placed.posted_at end) as first_received_at,
        max(case when placed.is_receipt then placed.business_date end) as last_received_on,
        max(
            case
                when placed.is_receipt
                    and placed.store_id <> parties.sender_store_id
                    and placed.store_id <> parties.named_receiver
                    then placed.store_id
            end
        ) as received_elsewhere_by,
        max(case when placed.place_in_line = 1 then placed.store_id end) as booked_by_store_id,
        max(case when placed.place_in_line = 1 then placed.document_id end) as document_id,
        max(case when placed.place_in_line = 1 then placed.line_number end) as line_number,
        max(case when placed.place_in_line = 1 then placed.carrier end) as carrier,
        max(case when placed.place_in_line = 1 then placed.tracking_number end) as tracking_number,
        max(case when placed.place_in_line = 1 then placed.expected_on end) as expected_on,
        max(case when placed.place_in_line = 1 then placed._file_id end) as _file_id,
        max(case when placed.place_in_line = 1 then placed._line_no end) as _line_no
    from placed
    inner join parties on placed.transfer_id = parties.transfer_id
    group by
        placed.transfer_id, placed.is_numbered, placed.item_id, placed.serial_number,
        parties.sender_store_id, parties.named_receiver, parties.receiving_store_id

),

final as (

    select
        goods.*,
        coalesce(goods.unit_cost, items.unit_cost, 0) as line_unit_cost,
        items.unit_retail_price,
        cast(
            greatest(
                goods.shipped_units - goods.received_units - goods.rejected_units
                - goods.short_units,
                0
            ) as decimal(18, 3)
        ) as in_transit_units,
        cast(
            greatest(
                goods.received_units + goods.rejected_units + goods.short_units
                - goods.shipped_units,
                0
            ) as decimal(18, 3)
        ) as over_received_units
    from goods
    left join items on goods.item_id = items.item_id

)

select * from final
