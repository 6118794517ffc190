with receipts as (

    select * from {{ ref('int_receipt_times') }}

),

hours as (

    select * from {{ ref('stg_trading_days') }}

),

thresholds as (

    select * from {{ ref('int_thresholds') }}

),

placed as (

    select
        receipts.*,
        {{ minutes_between('receipts.sold_at', 'hours.opens_at') }} as minutes_early,
        {{ minutes_between('hours.closes_at', 'receipts.sold_at') }} as minutes_after,
        grace.value as grace_minutes
    from receipts
    -- Only at a counter: in the key and not beside it, so that the join stays one of keys.
    left join hours
        on case when receipts.is_at_counter then receipts.store_id end = hours.store_id
        and receipts.business_date = hours.business_date
    inner join thresholds as grace
        on {{ limit_of('grace', 'F18_grace_minutes', 'receipts.business_date') }}

),

final as (

    select
        'F18' as check_id,
        store_id,
        business_date,
        transaction_id as subject,
        transaction_id,
        case when minutes_back > 0 then 0 else grace_minutes end as expected_value,
        case
            when minutes_back > 0 then minutes_back
            else greatest(coalesce(minutes_early, 0), coalesce(minutes_after, 0))
        end as actual_value,
        case
            when minutes_back > 0 then 'rung before the receipt with the number before it, by minutes'
            else 'rung outside opening hours, by minutes'
        end as note,
        _file_id,
        _line_no
    from placed
    where minutes_back > 0 or minutes_early > grace_minutes or minutes_after > grace_minutes

)

select * from final
