with closings as (

    select * from {{ ref('fct_till_closings') }}
    where banked_amount is not null

),

-- A store that reports bags owes one from its first bag on.
begun as (

    select store_id, min(business_date) as first_day
    from {{ ref('fct_bank_deposits') }}
    group by store_id

),

final as (

    select
        closings.store_id,
        closings.business_date,
        cast(sum(closings.banked_amount) as decimal(18, 2)) as banked_amount,
        coalesce(bool_or(closings.business_date >= begun.first_day), false) as is_owed
    from closings
    left join begun on closings.store_id = begun.store_id
    group by closings.store_id, closings.business_date

)

select * from final
