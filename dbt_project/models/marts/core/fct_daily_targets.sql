with targets as (

    select
        *,
        cast(target_value * 100 as bigint) as target_cents
    from {{ ref('stg_targets') }}
    where measure = 'net_sales'

),

open_days as (

    select
        store_id,
        business_date,
        cast(date_trunc('month', business_date) as date) as month,
        row_number() over (
            partition by store_id, date_trunc('month', business_date)
            order by business_date
        ) as day_no,
        count(*) over (partition by store_id, date_trunc('month', business_date)) as days
    from {{ ref('int_store_calendar') }}
    where is_open

),

-- What is due from the first of the month through each open day, in whole cents.
due as (

    select
        open_days.store_id,
        open_days.business_date,
        open_days.month,
        targets.target_value,
        open_days.days,
        cast(
            floor((2 * targets.target_cents * open_days.day_no + open_days.days) / (2 * open_days.days))
            as bigint
        ) as cents_through,
        targets._file_id,
        targets._line_no
    from open_days
    inner join targets
        on open_days.store_id = targets.store_id
        and open_days.month = targets.month

),

final as (

    -- An even share each open day; the rounding is carried along, so that the days add up to
    -- the month to the cent.
    select
        store_id,
        business_date,
        month,
        cast(target_value as decimal(18, 2)) as month_target,
        cast(days as integer) as open_days,
        cast(
            (
                cents_through
                - coalesce(
                    lag(cents_through) over (partition by store_id, month order by business_date), 0
                )
            ) * cast(0.01 as decimal(3, 2)) as decimal(18, 2)
        ) as target_net_sales,
        _file_id,
        _line_no
    from due

)

select * from final
