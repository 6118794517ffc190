with stays as (

    select * from {{ ref('int_repair_stays') }}
    where left_on is null

),

items as (

    select * from {{ ref('dim_items') }}

),

thresholds as (

    select * from {{ ref('int_stock_thresholds') }}

),

buckets as (

    select * from {{ ref('int_age_buckets') }}
    where object = 'repair'

),

-- Where the newest snapshots have the piece as stock of ours.
owned as (

    select serial_number, min(store_id) as owned_at_store_id
    from {{ ref('fct_stock_positions') }}
    where to_date is null and quantity > 0 and stock_status <> 'client_owned'
        and serial_number is not null
    group by serial_number

),

dated as (

    select
        stays.*,
        owned.owned_at_store_id,
        items.unit_cost,
        case when not stays.is_reopened then stays.returned_on end as back_on,
        greatest(
            stays.received_on,
            coalesce(stays.sent_on, stays.received_on),
            coalesce(stays.returned_on, stays.received_on)
        ) as last_step_on,
        cast(no_step.value as integer) as no_step_days,
        cast(ready.value as integer) as ready_days
    from stays
    left join items on stays.item_id = items.item_id
    left join owned
        on case when stays.owner = 'client' then stays.serial_number end = owned.serial_number
    inner join thresholds as no_step
        on {{ limit_of('no_step', 'repair_status_days', 'stays.local_today') }}
        and no_step.scope = 'all'
    inner join thresholds as ready
        on {{ limit_of('ready', 'repair_ready_days', 'stays.local_today') }}
        and ready.scope = 'all'

),

aged as (

    select
        *,
        {{ days_between('received_on', 'local_today') }} as age_days,
        {{ days_between('last_step_on', 'local_today') }} as days_without_step,
        {{ days_between('back_on', 'local_today') }} as days_ready,
        {{ days_between('received_on', 'back_on') }} as turnaround_days,
        case
            when back_on is null then {{ days_between('promised_on', 'local_today') }}
            else {{ days_between('promised_on', 'back_on') }}
        end as days_late
    from dated

),

judged as (

    select
        *,
        case
            when back_on is null and days_late > 0
                then '; promised for ' || cast(days_late as string) || ' days ago'
            else ''
        end
        || case
            when back_on is null and days_without_step > no_step_days
                then '; no step for ' || cast(days_without_step as string) || ' days'
            else ''
        end
        || case
            when days_ready > ready_days
                then '; ready for ' || cast(days_ready as string) || ' days and not collected'
            else ''
        end
        || case
            when owned_at_store_id is not null
                then '; a client owns it, and ' || owned_at_store_id || ' has it in its own stock'
            else ''
        end as reasons
    from aged

),

final as (

    select
        judged.repair_id,
        judged.store_id,
        judged.client_id,
        judged.item_id,
        judged.serial_number,
        judged.owner,
        judged.owner = 'client' as is_client_owned,
        judged.status,
        case
            when judged.back_on is not null then 'ready'
            when judged.sent_on is not null then 'at_workshop'
            else 'taken_in'
        end as step,
        judged.received_on,
        judged.promised_on,
        judged.sent_on,
        judged.back_on as returned_on,
        judged.last_step_on,
        cast(judged.age_days as integer) as age_days,
        buckets.label as age_bucket,
        buckets.lower_bound as age_bucket_from,
        cast(judged.turnaround_days as integer) as turnaround_days,
        cast(judged.days_without_step as integer) as days_without_step,
        cast(judged.days_ready as integer) as days_ready,
        cast(case when judged.days_late > 0 then judged.days_late end as integer) as days_late,
        coalesce(judged.days_late > 0, false) as is_late,
        judged.owned_at_store_id,
        -- What belongs to a client is worth nothing to the stock of the house.
        cast(case when judged.owner = 'client' then 0 else judged.unit_cost end as decimal(18, 2))
            as owned_cost,
        judged.currency,
        judged.is_reopened,
        judged.reasons <> '' as has_alarm,
        nullif(substring(judged.reasons, 3), '') as alarm_reason,
        judged._file_id,
        judged._line_no
    from judged
    left join buckets
        on judged.age_days >= buckets.lower_bound
        and judged.age_days < buckets.upper_bound

)

select * from final
