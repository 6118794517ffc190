{{ config(materialized='table') }}

with discrepancies as (

    select * from {{ ref('int_discrepancy_causes') }}
    -- A finding counts once, as it was seen last; what was found again is no loss.
    where status not in ('counted_again', 'gone')

),

dates as (

    select * from {{ ref('dim_dates') }}

),

events as (

    select * from {{ ref('int_stock_events') }}
    where movement_type = 'write_off'

),

items as (

    select * from {{ ref('dim_items') }}

),

written_off as (

    select distinct document_id, line_number
    from {{ ref('discrepancy_evidence') }}
    where root_cause = 'true_loss' and dataset = 'stock_movements'

),

amounts as (

    select
        store_id,
        first_seen_on as lost_on,
        effective_cause as cause,
        loss_kind as kind,
        -variance_units as units,
        -variance_cost as cost,
        -variance_retail as retail
    from discrepancies
    union all
    -- Broken or stolen before anybody counted: the book has taken it out already.
    select
        events.store_id,
        events.business_date as lost_on,
        'write_off' as cause,
        'known' as kind,
        -events.quantity as units,
        -coalesce(events.cost_amount, 0) as cost,
        -events.quantity * coalesce(
            case when items.currency = events.currency then items.unit_retail_price end, 0
        ) as retail
    from events
    left join items on events.item_id = items.item_id
    left join written_off
        on events.document_id = written_off.document_id
        and events.line_number = written_off.line_number
    where written_off.document_id is null

),

final as (

    select
        amounts.store_id,
        dates.week_start,
        amounts.kind,
        amounts.cause,
        cast(sum(amounts.units) as decimal(18, 3)) as units,
        cast(sum(amounts.cost) as decimal(18, 2)) as cost,
        cast(sum(amounts.retail) as decimal(18, 2)) as retail
    from amounts
    inner join dates on amounts.lost_on = dates.calendar_date
    group by amounts.store_id, dates.week_start, amounts.kind, amounts.cause

)

select * from final
