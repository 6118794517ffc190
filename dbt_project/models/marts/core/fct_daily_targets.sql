with targets as (

    select * from {{ ref('stg_targets') }}
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

final as (

    -- An even share each open day; the rounding is carried along, so that the days add up to
    -- the month to the cent.
    select
        open_days.store_id,
        open_days.business_date,
        open_days.month,
        cast(targets.target_value as decimal(18, 2)) as month_target,
        cast(open_days.days as integer) as open_days,
        cast(
            round(targets.target_value * open_days.day_no / open_days.days, 2)
            - round(targets.target_value * (open_days.day_no - 1) / open_days.days, 2)
            as decimal(18, 2)
        ) as target_net_sales,
        targets._file_id,
        targets._line_no
    from open_days
    inner join targets
        on open_days.store_id = targets.store_id
        and open_days.month = targets.month

)

select * from final
