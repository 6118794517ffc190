with closings as (

    select
        *,
        row_number() over (
            partition by store_id, business_date
            order by banked_amount desc, register_id asc, z_number asc
        ) as closing_no
    from {{ ref('fct_till_closings') }}
    where tender_type = 'cash' and banked_amount > 0

),

bags as (

    select
        store_id,
        business_date,
        sum(deposited_amount) as deposited_amount,
        sum(banked_amount) as banked_amount
    from {{ ref('deposit_reconciliation') }}
    where deposit_id is not null
    group by store_id, business_date

),

-- A bag holds the cash of the whole store-day: what it is off by stands with the largest part.
final as (

    select
        closings.store_id,
        closings.business_date,
        closings.register_id,
        closings.z_number,
        cast(
            closings.banked_amount
            + case
                when closings.closing_no = 1 then bags.deposited_amount - bags.banked_amount
                else 0
            end as decimal(18, 2)
        ) as deposited_amount
    from closings
    inner join bags
        on closings.store_id = bags.store_id
        and closings.business_date = bags.business_date

)

select * from final
