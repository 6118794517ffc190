with levels as (

    select * from {{ ref('fct_supply_levels') }}

),

clock as (

    select * from {{ ref('int_stock_clock') }}

),

thresholds as (

    select * from {{ ref('int_stock_thresholds') }}

),

newest as (

    select
        levels.*,
        levels.reorder_point - levels.on_hand as lacking_units,
        {{ days_between('levels.business_date', 'clock.local_today') }} as level_age_days,
        cast(limits.value as integer) as limit_days,
        row_number() over (
            partition by levels.store_id, levels.supply_item order by levels.business_date desc
        ) as place
    from levels
    inner join clock
        on levels.store_id = clock.store_id
        and levels.business_date <= clock.local_today
    inner join thresholds as limits
        on {{ limit_of('limits', 'supply_level_days', 'clock.local_today') }}
        and limits.scope = 'all'

),

-- Whole orders, as many as lift the level above the point at which more is ordered.
ordered as (

    select
        *,
        coalesce(lacking_units >= 0, false) as is_to_order,
        level_age_days > limit_days as is_stale,
        1 + floor(cast(lacking_units as double) / cast(nullif(order_quantity, 0) as double))
            as orders
    from newest
    where place = 1

),

judged as (

    select
        *,
        case
            when is_to_order then '; at or below the reorder point'
            else ''
        end
        || case
            when is_stale
                then '; the level is of ' || cast(level_age_days as string) || ' days ago'
            else ''
        end as reasons
    from ordered

),

final as (

    select
        store_id,
        supply_item,
        business_date as level_on,
        cast(level_age_days as integer) as level_age_days,
        on_hand,
        reorder_point,
        order_quantity,
        is_to_order,
        case
            when is_to_order
                then cast(coalesce(orders * order_quantity, lacking_units) as decimal(18, 3))
        end as units_to_order,
        is_stale,
        reasons <> '' as has_alarm,
        nullif(substring(reasons, 3), '') as alarm_reason,
        _file_id,
        _line_no
    from judged

)

select * from final
