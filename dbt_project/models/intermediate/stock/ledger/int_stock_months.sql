with days as (

    select * from {{ ref('int_stock_days') }}

),

grouped as (

    select
        store_id,
        cast(date_trunc('month', business_date) as date) as month,
        min(business_date) as first_day,
        max(business_date) as last_day,
        min(first_day) as ledger_from,
        min(first_snapshot_on) as first_snapshot_on,
        max(last_snapshot_on) as last_snapshot_on,
        cast(count(*) as integer) as days,
        cast(sum(case when has_snapshot then 0 else 1 end) as integer) as days_without_snapshot,
        cast(sum(case when has_movements then 0 else 1 end) as integer) as days_without_movements,
        sum(case when is_judged then 1 else 0 end) as judged,
        sum(case when has_snapshot and business_date > first_snapshot_on then 1 else 0 end) as due
    from days
    group by store_id, cast(date_trunc('month', business_date) as date)

),

final as (

    select
        store_id,
        month,
        last_snapshot_on,
        days,
        days_without_snapshot,
        days_without_movements,
        case
            when first_day > ledger_from then 'carried_forward'
            when first_snapshot_on is not null then 'worked_back'
            else 'assumed_zero'
        end as opening_basis,
        case when last_snapshot_on = last_day then 'snapshot' else 'carried' end as closing_basis,
        judged > 0 and judged = due as is_judged
    from grouped

)

select * from final
