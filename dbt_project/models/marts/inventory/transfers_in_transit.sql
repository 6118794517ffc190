with open_lines as (

    select * from {{ ref('int_transfer_lines') }}
    where in_transit_units > 0

),

clock as (

    select * from {{ ref('int_stock_clock') }}

),

bank_days as (

    select * from {{ ref('int_bank_days') }}

),

thresholds as (

    select * from {{ ref('int_stock_thresholds') }}

),

buckets as (

    select * from {{ ref('int_age_buckets') }}
    where object = 'in_transit'

),

-- The age counts in the sender's days, the promise in the receiver's: each in its own time zone.
aged as (

    select
        open_lines.*,
        senders.currency,
        greatest({{ days_between('open_lines.shipped_on', 'senders.local_today') }}, 0) as age_days,
        greatest(senders.today_no - shipped.bank_day_no, 0) as age_business_days,
        coalesce(receivers.today_no, senders.today_no) - expected.bank_day_no
            as business_days_late,
        cast(coalesce(own_carrier.value, carriers.value) as integer) as carrier_days,
        cast(grace.value as integer) as grace_days,
        open_lines.insured_value < insured.value * open_lines.shipped_units
        * open_lines.line_unit_cost as is_under_insured
    from open_lines
    inner join clock as senders on open_lines.sender_store_id = senders.store_id
    left join clock as receivers on open_lines.receiver_store_id = receivers.store_id
    inner join bank_days as shipped on open_lines.shipped_on = shipped.calendar_date
    left join bank_days as expected on open_lines.expected_on = expected.calendar_date
    inner join thresholds as carriers
        on {{ limit_of('carriers', 'transit_carrier_days', 'senders.local_today') }}
        and carriers.scope = 'all'
    left join thresholds as own_carrier
        on {{ limit_of('own_carrier', 'transit_carrier_days', 'senders.local_today') }}
        and own_carrier.scope = open_lines.carrier
    inner join thresholds as grace
        on {{ limit_of('grace', 'transit_grace_days', 'senders.local_today') }}
        and grace.scope = 'all'
    inner join thresholds as insured
        on {{ limit_of('insured', 'transit_insured_share', 'senders.local_today') }}
        and insured.scope = 'all'

),

judged as (

    select
        *,
        coalesce(business_days_late > grace_days, age_business_days > carrier_days + grace_days)
            as is_overdue,
        case
            when business_days_late > grace_days
                then '; expected ' || cast(business_days_late as string)
                    || ' business days ago, and ' || cast(grace_days as string) || ' are waited'
            when business_days_late is null and age_business_days > carrier_days + grace_days
                then '; on the way for ' || cast(age_business_days as string)
                    || ' business days; ' || cast(carrier_days as string)
                    || ' are usual, and ' || cast(grace_days as string) || ' more are waited'
            else ''
        end
        || case
            when is_under_insured
                then '; insured for ' || cast(insured_value as string) || ', at cost '
                    || cast(cast(shipped_units * line_unit_cost as decimal(18, 2)) as string)
            else ''
        end as reasons
    from aged

),

final as (

    select
        judged.transfer_id || '|' || judged.item_id || '|' || coalesce(judged.serial_number, '')
            as transit_id,
        judged.transfer_id,
        judged.document_id,
        judged.line_number,
        judged.sender_store_id,
        judged.receiver_store_id,
        judged.item_id,
        judged.serial_number,
        case
            when judged.in_transit_units < judged.shipped_units then 'partly_received'
            else 'in_transit'
        end as status,
        cast(judged.shipped_units as decimal(18, 3)) as shipped_units,
        cast(judged.in_transit_units as decimal(18, 3)) as in_transit_units,
        cast(judged.in_transit_units * judged.line_unit_cost as decimal(18, 2)) as in_transit_cost,
        cast(judged.in_transit_units * judged.unit_retail_price as decimal(18, 2))
            as in_transit_retail,
        judged.insured_value,
        judged.is_under_insured,
        judged.currency,
        judged.carrier,
        judged.tracking_number,
        judged.shipped_on,
        judged.expected_on,
        cast(judged.age_days as integer) as age_days,
        cast(judged.age_business_days as integer) as age_business_days,
        buckets.label as age_bucket,
        buckets.lower_bound as age_bucket_from,
        judged.is_overdue,
        judged.reasons <> '' as has_alarm,
        nullif(substring(judged.reasons, 3), '') as alarm_reason,
        judged._file_id,
        judged._line_no
    from judged
    left join buckets
        on judged.age_business_days >= buckets.lower_bound
        and judged.age_business_days < buckets.upper_bound

)

select * from final
