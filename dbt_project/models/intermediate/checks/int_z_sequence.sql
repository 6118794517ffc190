with closings as (

    select
        *,
        try_cast(z_number as bigint) as z_no
    from {{ ref('int_closings') }}

),

numbered as (

    select
        *,
        lag(z_no) over (
            partition by store_id, register_id
            order by business_date, closed_at nulls last, z_no
        ) as previous_z_no
    from closings
    where z_no is not null

),

-- A count that falls to half of what it was has begun again: every year, or on a new till.
epochs as (

    select
        *,
        sum(case when 2 * z_no < previous_z_no then 1 else 0 end) over (
            partition by store_id, register_id
            order by business_date, closed_at nulls last, z_no
            rows between unbounded preceding and current row
        ) as epoch
    from numbered

),

final as (

    select
        store_id,
        business_date,
        register_id,
        z_number,
        z_no,
        max(z_no) over (
            partition by store_id, register_id, epoch
            order by business_date, closed_at nulls last, z_no
            rows between unbounded preceding and 1 preceding
        ) as highest_before,
        lag(business_date) over (
            partition by store_id, register_id, epoch
            order by business_date, closed_at nulls last, z_no
        ) as previous_day,
        lag(business_date) over (
            partition by store_id, register_id, epoch, z_no
            order by business_date, closed_at nulls last
        ) as used_before_on,
        _file_id,
        _line_no
    from epochs

)

select * from final
