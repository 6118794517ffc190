with findings as (

    select * from {{ ref('int_findings_f13') }}

),

-- A day is judged when nothing of it is waited for, or something is wrong already.
days as (

    select
        store_id,
        business_date
    from {{ ref('int_card_faults') }}
    group by store_id, business_date
    having sum(case when is_waiting then 1 else 0 end) = 0 or count(fault) > 0

),

final as (

    {{ findings_counted('F13') }}

)

select * from final
