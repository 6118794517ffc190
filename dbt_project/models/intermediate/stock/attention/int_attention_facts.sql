with discrepancies as (

    select * from {{ ref('stock_discrepancies') }}
    where status = 'open'

),

weeks as (

    select
        *,
        max(case when done_in_window + done_late + done_early > 0 then week_starts_on end) over (
            partition by store_id
        ) as last_done_week
    from {{ ref('count_compliance') }}

),

conflicts as (

    select * from {{ ref('serial_conflicts') }}

),

transfers as (

    select * from {{ ref('transfers_in_transit') }}

),

consignments as (

    select * from {{ ref('open_consignments') }}

),

repairs as (

    select * from {{ ref('open_repairs') }}

),

supplies as (

    select * from {{ ref('supply_replenishment') }}

),

final as (

    -- A line off in its zone only has no units, and is still one piece to be put right.
    select
        store_id,
        case
            when effective_cause in ('true_loss', 'unknown') and variance_units < 0 then 'A1'
            else 'A7'
        end as rule_id,
        discrepancy_id as subject,
        cast(greatest(abs(variance_units), 1) as decimal(18, 3)) as pieces,
        abs(variance_cost) as value_cost,
        cast(null as integer) as days,
        counted_on as happened_on
    from discrepancies
    where variance_units is not null
    union all
    -- A count that was missed before a later one was done is history.
    select
        store_id,
        'A2' as rule_id,
        cast(week_starts_on as string) as subject,
        cast(overdue as decimal(18, 3)) as pieces,
        cast(null as decimal(18, 2)) as value_cost,
        most_days_overdue as days,
        week_starts_on as happened_on
    from weeks
    where overdue > 0 and (last_done_week is null or week_starts_on >= last_done_week)
    union all
    -- Whatever cannot be about one piece in one store is one thing to look into.
    select
        store_id,
        'A3' as rule_id,
        serial_number as subject,
        1 as pieces,
        cast(null as decimal(18, 2)) as value_cost,
        cast(null as integer) as days,
        max(business_date) as happened_on
    from conflicts
    group by store_id, serial_number
    union all
    select
        receiver_store_id as store_id,
        'A4' as rule_id,
        transit_id as subject,
        in_transit_units as pieces,
        in_transit_cost as value_cost,
        age_days as days,
        shipped_on as happened_on
    from transfers
    where is_overdue
    union all
    select
        store_id,
        'A5' as rule_id,
        consignment_id as subject,
        1 as pieces,
        value_cost,
        age_days as days,
        out_on as happened_on
    from consignments
    where has_alarm
    union all
    select
        store_id,
        'A6' as rule_id,
        repair_id as subject,
        1 as pieces,
        cast(null as decimal(18, 2)) as value_cost,
        age_days as days,
        received_on as happened_on
    from repairs
    where has_alarm
    union all
    select
        store_id,
        'A8' as rule_id,
        supply_item as subject,
        1 as pieces,
        cast(null as decimal(18, 2)) as value_cost,
        cast(null as integer) as days,
        level_on as happened_on
    from supplies
    where is_to_order

)

select * from final
