with findings as (

    select * from {{ ref('int_findings_f12') }}

),

-- A day is judged when nothing of it is waited for, or something is wrong already.
days as (

    select
        store_id,
        business_date
    from {{ ref('deposit_reconciliation') }}
    group by store_id, business_date
    having
        sum(case when status = 'waiting' then 1 else 0 end) = 0
        or sum(case when status in ('late', 'short', 'over', 'no_bag') then 1 else 0 end) > 0

),

final as (

    {{ findings_counted('F12') }}

)

select * from final
