with closings as (

    select * from {{ ref('int_z_sequence') }}

),

awaited as (

    select * from {{ ref('int_awaited_closings') }}

),

-- Numbers of days that have not come are not missing on the next.
judged as (

    select
        closings.*,
        coalesce(today.awaited_days = before.awaited_days, true) as is_next_delivered
    from closings
    left join awaited as today
        on closings.store_id = today.store_id
        and closings.business_date = today.business_date
    left join awaited as before
        on closings.store_id = before.store_id
        and closings.previous_day = before.business_date

),

final as (

    select
        'F2' as check_id,
        store_id,
        business_date,
        register_id || ' Z ' || z_number as subject,
        cast(null as string) as transaction_id,
        highest_before + 1 as expected_value,
        z_no as actual_value,
        case
            when used_before_on is not null
                then 'the number was used before, on ' || cast(used_before_on as string)
            else cast(z_no - highest_before - 1 as string) || ' closings are missing before it'
        end as note,
        _file_id,
        _line_no
    from judged
    where used_before_on is not null or (z_no > highest_before + 1 and is_next_delivered)

)

select * from final
