-- A day of return before the day out is of an earlier trip of the same memo line: it is out again.
with consignments as (

    select * from {{ ref('fct_consignments') }}

),

clock as (

    select * from {{ ref('int_stock_clock') }}

),

items as (

    select * from {{ ref('dim_items') }}

),

thresholds as (

    select * from {{ ref('int_stock_thresholds') }}

),

buckets as (

    select * from {{ ref('int_age_buckets') }}
    where object = 'consignment'

),

booked_back as (

    select store_id, item_id, serial_number, max(business_date) as booked_back_on
    from {{ ref('fct_stock_movements') }}
    where movement_type = 'consignment_return' and serial_number is not null
    group by store_id, item_id, serial_number

),

open_lines as (

    select
        consignments.*,
        clock.local_today,
        clock.currency,
        coalesce(consignments.returned_on < consignments.out_on, false) as is_reopened,
        booked_back.booked_back_on,
        coalesce(consignments.agreed_value, items.unit_retail_price) as value_held,
        items.unit_cost as value_cost,
        items.unit_retail_price as value_retail,
        coalesce(own_limit.value, limits.value) as value_limit,
        {{ days_between('consignments.out_on', 'clock.local_today') }} as age_days,
        {{ days_between('consignments.due_back_on', 'clock.local_today') }} as days_overdue,
        unsigned.value as unsigned_days
    from consignments
    inner join clock on consignments.store_id = clock.store_id
    left join items on consignments.item_id = items.item_id
    left join booked_back
        on consignments.store_id = booked_back.store_id
        and consignments.item_id = booked_back.item_id
        and consignments.serial_number = booked_back.serial_number
        and consignments.out_on < booked_back.booked_back_on
    inner join thresholds as limits
        on {{ limit_of('limits', 'consignment_value', 'clock.local_today') }}
        and limits.scope = 'all'
    left join thresholds as own_limit
        on {{ limit_of('own_limit', 'consignment_value', 'clock.local_today') }}
        and own_limit.scope = consignments.store_id
    inner join thresholds as unsigned
        on {{ limit_of('unsigned', 'consignment_unsigned_days', 'clock.local_today') }}
        and unsigned.scope = 'all'
    where consignments.out_on <= clock.local_today
        and (
            consignments.returned_on is null
            or consignments.returned_on < consignments.out_on
            or consignments.returned_on > clock.local_today
        )

),

judged as (

    select
        *,
        case
            when days_overdue > 0
                then '; due back ' || cast(days_overdue as string) || ' days ago'
            when due_back_on is null then '; no day of return is agreed'
            else ''
        end
        || case
            when value_held > value_limit
                then '; worth ' || cast(cast(value_held as decimal(18, 2)) as string)
                    || ', over the limit of ' || cast(cast(value_limit as decimal(18, 2)) as string)
            else ''
        end
        || case
            when not coalesce(is_signed, false) and age_days > unsigned_days
                then '; no signed memo'
            else ''
        end
        || case
            when booked_back_on is not null
                then '; booked back on ' || cast(booked_back_on as string)
                    || ', but the memo is still open'
            else ''
        end as reasons
    from open_lines

),

final as (

    select
        judged.consignment_id,
        judged.store_id,
        judged.client_id,
        judged.item_id,
        judged.serial_number,
        judged.out_on,
        judged.due_back_on,
        judged.booked_back_on,
        judged.agreed_value,
        cast(judged.value_held as decimal(18, 2)) as value_held,
        cast(judged.value_cost as decimal(18, 2)) as value_cost,
        cast(judged.value_retail as decimal(18, 2)) as value_retail,
        judged.currency,
        cast(judged.age_days as integer) as age_days,
        buckets.label as age_bucket,
        buckets.lower_bound as age_bucket_from,
        cast(case when judged.days_overdue > 0 then judged.days_overdue end as integer)
            as days_overdue,
        coalesce(judged.days_overdue > 0, false) as is_overdue,
        coalesce(judged.value_held > judged.value_limit, false) as is_over_limit,
        not coalesce(judged.is_signed, false) as is_unsigned,
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
