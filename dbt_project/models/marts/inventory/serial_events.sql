{{ config(materialized='incremental', incremental_strategy='replace_serials') }}

{#- dbt takes down what a model refers to while it parses, when nothing is incremental yet. #}
{%- if not execute %}{% do touched_serials(this) %}{% endif %}
{%- set columns = [
    'serial_number', 'source', 'event_id', 'event_type', 'event_at', 'is_moment_known',
    'business_date', 'item_id', 'store_id', 'location', 'counterpart_store_id', 'quantity',
    'stock_status', 'place_told', 'is_owned_told', 'document_id', 'line_number', 'transfer_id',
    'transaction_id', '_file_id', '_line_no',
] %}

with stores as (

    select * from {{ ref('int_stores') }}

),

{% if is_incremental() -%}
touched_serials as (

    select distinct serial_number
    from (
        {{ touched_serials(this) }}
    ) as touched
    where serial_number is not null

),
{%- endif %}

positions as (

    select
        positions.*,
        row_number() over stretches as place,
        lag(stock_days.next_snapshot_on) over stretches as next_snapshot_before,
        lag(positions.stock_status) over stretches as status_before,
        lag(positions.location) over stretches as location_before
    from {{ of_touched_serials(ref('fct_stock_positions')) }} as positions
    left join {{ ref('int_stock_days') }} as stock_days
        on positions.store_id = stock_days.store_id
        and positions.to_date = stock_days.business_date
    where positions.serial_number is not null
    window stretches as (
        partition by positions.serial_number, positions.store_id
        order by positions.from_date, positions.position_id
    )

),

-- Stretches that differ only in cost or quantity, and follow each other, are one sighting.
stretches as (

    select
        *,
        sum(
            case
                when next_snapshot_before = from_date
                    and status_before = stock_status
                    and location_before is not distinct from location
                    then 0
                else 1
            end
        ) over (
            partition by serial_number, store_id
            order by place
            rows between unbounded preceding and current row
        ) as sighting_no
    from positions

),

sightings as (

    select
        serial_number,
        store_id,
        location,
        stock_status,
        min(from_date) as business_date,
        case when count(to_date) = count(*) then max(to_date) end as until_on,
        min_by(position_id, place) as event_id,
        min_by(item_id, place) as item_id,
        min_by(quantity, place) as quantity,
        min_by(_file_id, place) as _file_id,
        min_by(_line_no, place) as _line_no
    from stretches
    group by serial_number, store_id, location, stock_status, sighting_no

),

newest_snapshots as (

    select store_id, max(last_snapshot_on) as newest_day
    from {{ ref('int_stock_days') }}
    group by store_id

),

-- Two stores that both show a piece on their shelf at the close of one day.
doubles as (

    select
        later.event_id,
        min(earlier.event_id) as event_id_elsewhere
    from sightings as later
    inner join sightings as earlier
        on later.serial_number = earlier.serial_number
        and later.store_id <> earlier.store_id
        and (
            earlier.business_date < later.business_date
            or (earlier.business_date = later.business_date and earlier.event_id < later.event_id)
        )
    inner join newest_snapshots
        on earlier.store_id = newest_snapshots.store_id
        and later.business_date <= coalesce(earlier.until_on, newest_snapshots.newest_day)
    where {{ is_on_shelf('later.stock_status') }} and {{ is_on_shelf('earlier.stock_status') }}
    group by later.event_id

),

told as (

    {% for source in ['movements', 'receipts', 'scans', 'papers'] -%}
    select
        {{ columns | join(', ') }},
        cast(null as date) as until_on,
        cast(null as string) as event_id_elsewhere
    from {{ of_touched_serials(ref('int_serial_' ~ source)) }} as {{ source }}
    union all
    {% endfor -%}
    select
        sightings.serial_number,
        'stock_snapshots' as source,
        sightings.event_id,
        'snapshot' as event_type,
        {{ local_to_utc(
            "cast(cast(sightings.business_date as string) || ' 23:59:00' as timestamp)",
            "coalesce(stores.time_zone, 'UTC')"
        ) }} as event_at,
        false as is_moment_known,
        sightings.business_date,
        sightings.item_id,
        sightings.store_id,
        sightings.location,
        cast(null as string) as counterpart_store_id,
        sightings.quantity,
        sightings.stock_status,
        case
            when {{ is_on_shelf('sightings.stock_status') }} then 'store'
            when sightings.stock_status = 'client_owned' then 'store'
            else sightings.stock_status
        end as place_told,
        sightings.stock_status <> 'client_owned' as is_owned_told,
        cast(null as string) as document_id,
        cast(null as integer) as line_number,
        cast(null as string) as transfer_id,
        cast(null as string) as transaction_id,
        sightings._file_id,
        sightings._line_no,
        sightings.until_on,
        doubles.event_id_elsewhere
    from sightings
    left join stores on sightings.store_id = stores.store_id
    left join doubles on sightings.event_id = doubles.event_id

),

named as (

    select
        *,
        case
            when event_type in ('sale', 'sale_line') then 'sale'
            when event_type in ('sale_return', 'return_line') then 'return'
        end as act,
        coalesce(transaction_id, store_id || '|' || cast(business_date as string)) as act_of,
        event_type in ('receipt', 'transfer_in', 'consignment_return', 'repair_return')
            as is_arrival
    from told

),

-- What comes and is sold on one day came first, even if that was posted an hour later.
timed as (

    select
        *,
        case
            when is_arrival
                then least(
                    event_at,
                    coalesce(
                        min(case when act = 'sale' then event_at end) over (
                            partition by serial_number, store_id, business_date
                        ),
                        event_at
                    )
                )
            else event_at
        end as told_at
    from named

),

numbered as (

    select
        *,
        row_number() over (
            partition by serial_number
            order by
                told_at, case when is_arrival then 0 else 1 end, business_date, source, event_id,
                event_type, _file_id, _line_no
        ) as event_no
    from timed

),

-- A sale or return is told by its receipt and by the stock: one act, and the receipt speaks for it.
paired as (

    select
        *,
        source = 'stock_movements' and act is not null and (
            count(case when source = 'sales_lines' then 1 end) over (
                partition by serial_number, act, act_of
            ) > 0
            or count(case when source = 'sales_lines' then 1 end) over (
                partition by serial_number, act, store_id, business_date
            ) > 0
        ) as is_told_by_receipt,
        max(case when source = 'stock_movements' then store_id end) over (
            partition by serial_number, act, act_of
        ) as moved_store_id
    from numbered

),

counted as (

    select
        *,
        count(case when place_told is not null then 1 end) over (
            partition by serial_number order by event_no
            rows between unbounded preceding and current row
        ) as place_no,
        count(case when place_told is not null and not is_told_by_receipt then 1 end) over (
            partition by serial_number order by event_no
            rows between unbounded preceding and 1 preceding
        ) as leading_no,
        count(case when act is not null and not is_told_by_receipt then 1 end) over (
            partition by serial_number order by event_no
            rows between unbounded preceding and 1 preceding
        ) as act_no
    from paired

),

-- What each event stands after: the last that told a place, and the last sale or return.
foregoing as (

    select
        serial_number,
        leading_no + 1 as leading_no,
        event_no,
        place_told,
        store_id
    from counted
    where place_told is not null and not is_told_by_receipt

),

acts as (

    select
        serial_number,
        act_no + 1 as act_no,
        event_no,
        act
    from counted
    where act is not null and not is_told_by_receipt

),

dispatches as (

    select
        serial_number,
        transfer_id,
        min(event_no) as event_no,
        min(event_at) as event_at
    from counted
    where event_type in ('transfer_out', 'return_to_hq') and transfer_id is not null
    group by serial_number, transfer_id

),

placed as (

    select
        *,
        max(place_told) over standing as place_after,
        max(case when place_told in ('store', 'on_consignment', 'in_repair') then store_id end)
            over standing as store_id_after,
        max(
            case
                when place_told in ('client', 'written_off') then 0
                when place_told is not null and is_owned_told then 1
                when place_told is not null then 0
            end
        ) over standing = 1 as is_owned_stock_after
    from counted
    window standing as (partition by serial_number, place_no)

),

final as (

    select
        placed.serial_number,
        cast(placed.event_no as integer) as event_no,
        placed.event_at,
        placed.is_moment_known,
        placed.business_date,
        placed.event_type,
        placed.source,
        placed.event_id,
        placed.item_id,
        placed.store_id,
        placed.location,
        placed.counterpart_store_id,
        cast(placed.quantity as decimal(18, 3)) as quantity,
        placed.stock_status,
        placed.until_on,
        placed.document_id,
        placed.line_number,
        placed.transfer_id,
        placed.transaction_id,
        placed.is_told_by_receipt,
        placed.place_after,
        placed.store_id_after,
        placed.is_owned_stock_after,
        foregoing.place_told as place_before,
        case
            when foregoing.place_told in ('store', 'on_consignment', 'in_repair')
                then foregoing.store_id
        end as store_id_before,
        case when placed.act = 'sale' then coalesce(placed.moved_store_id, placed.store_id) end
            as sold_from_store_id,
        cast(foregoing.event_no as integer) as previous_event_no,
        acts.act as previous_act,
        cast(acts.event_no as integer) as previous_act_no,
        cast(case when dispatches.event_at > placed.event_at then dispatches.event_no end as integer)
            as shipped_event_no,
        cast(elsewhere.event_no as integer) as elsewhere_event_no,
        placed._file_id,
        placed._line_no
    from placed
    left join foregoing
        on placed.serial_number = foregoing.serial_number
        and placed.leading_no = foregoing.leading_no
    left join acts
        on placed.serial_number = acts.serial_number
        and placed.act_no = acts.act_no
    left join dispatches
        on placed.serial_number = dispatches.serial_number
        and case when placed.event_type = 'transfer_in' then placed.transfer_id end
        = dispatches.transfer_id
    left join counted as elsewhere
        on placed.serial_number = elsewhere.serial_number
        and placed.event_id_elsewhere = elsewhere.event_id
        and elsewhere.source = 'stock_snapshots'

)

select * from final
