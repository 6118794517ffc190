with cards as (

    select * from {{ ref('card_reconciliation') }}
    where register_id is not null

),

final as (

    select
        store_id,
        business_date,
        register_id,
        z_number,
        cast(coalesce(sum(gross_amount), 0) as decimal(18, 2)) as settled_amount,
        sum(case when status = 'waiting' then 1 else 0 end) as waiting_payments
    from cards
    group by store_id, business_date, register_id, z_number

)

select * from final
