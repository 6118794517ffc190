with closings as (

    select
        *,
        try_cast(z_number as bigint) as z_no,
        -- What people counted, less what they took out of it for the bank.
        counted_amount - coalesce(banked_amount, 0) as left_amount
    from {{ ref('fct_till_closings') }}
    where tender_type = 'cash'

),

followed as (

    select
        *,
        lag(z_no) over (
            partition by store_id, register_id
            order by business_date, closed_at nulls last, z_no, z_number
        ) as previous_z_no,
        lag(left_amount) over (
            partition by store_id, register_id
            order by business_date, closed_at nulls last, z_no, z_number
        ) as previous_left_amount
    from closings

),

-- A float is compared with the closing right before it, and with no other.
final as (

    select
        store_id,
        business_date,
        register_id,
        z_number,
        cast(case when z_no = previous_z_no + 1 then previous_left_amount end as decimal(18, 2))
            as previous_left_amount
    from followed

)

select * from final
