with deliveries as (

    select * from {{ ref('deliveries') }}
    where blocks_day

),

checks as (

    select * from {{ ref('completeness_checks') }}

),

sales as (

    select * from {{ ref('int_store_day_receipts') }}

),

stores as (

    select * from {{ ref('int_stores') }}

),

sign_offs as (

    select * from {{ ref('int_sign_offs') }}

),

reopenings as (

    select * from {{ ref('int_reopenings') }}

),

days as (

    select
        store_id,
        business_date,
        bool_and(status = 'closed') as is_closed,
        bool_or(status = 'missing') as has_missing,
        bool_or(status in ('not_due', 'due', 'late')) as is_waiting,
        coalesce(bool_or(dataset = 'sales_lines' and received_at is not null), false) as has_sales,
        coalesce(bool_or(dataset = 'tenders' and received_at is not null), false) as has_tenders
    from deliveries
    group by store_id, business_date

),

outcomes as (

    -- A file that is only late is waited for; it blocks once it is missing.
    select
        store_id,
        business_date,
        sum(case when not passed then 1 else 0 end) as failed_checks,
        sum(case when not passed and severity = 'block' then 1 else 0 end) as blocking_checks,
        sum(case when not passed and severity = 'error' then 1 else 0 end) as error_checks,
        coalesce(bool_or(not passed and severity = 'block' and check_id <> 'F1'), false)
            as is_blocked,
        {{ text_list(
            "case when not passed and severity = 'block'"
            ~ " then fault || coalesce(' (' || detail || ')', '') end"
        ) }} as blocking_reasons,
        {{ text_list(
            "case when not passed and severity = 'error'"
            ~ " then fault || coalesce(' (' || detail || ')', '') end"
        ) }} as error_reasons
    from checks
    group by store_id, business_date

),

tenders as (

    select
        store_id,
        business_date,
        sum(tender_amount - coalesce(change_amount, 0)) as tender_total
    from {{ ref('fct_tenders') }}
    where is_completed
    group by store_id, business_date

),

final as (

    select
        days.store_id,
        days.business_date,
        case
            when days.is_closed then 'closed'
            when reopenings.store_id is not null then 'reopened'
            when sign_offs.store_id is not null then 'signed_off'
            when days.has_missing or outcomes.is_blocked then 'blocked'
            when days.is_waiting then 'waiting'
            else 'complete'
        end as status,
        cast(coalesce(outcomes.failed_checks, 0) as integer) as failed_checks,
        cast(coalesce(outcomes.blocking_checks, 0) as integer) as blocking_checks,
        outcomes.blocking_reasons,
        cast(coalesce(outcomes.error_checks, 0) as integer) as error_checks,
        outcomes.error_reasons,
        coalesce(stores.currency, sales.currency) as currency,
        case
            when days.has_sales then cast(coalesce(sales.net_sales, 0) as decimal(18, 2))
        end as net_sales,
        case
            when days.has_tenders then cast(coalesce(tenders.tender_total, 0) as decimal(18, 2))
        end as tender_total,
        case
            when days.has_sales then cast(coalesce(sales.transactions, 0) as integer)
        end as transactions,
        sign_offs.decided_by as signed_off_by,
        sign_offs.decided_at as signed_off_at,
        sign_offs.reason as sign_off_reason,
        sign_offs.signed_despite as sign_off_despite,
        sign_offs.seen_run_id as sign_off_run_id,
        reopenings.reopened_because
    from days
    left join outcomes
        on days.store_id = outcomes.store_id
        and days.business_date = outcomes.business_date
    left join sales
        on days.store_id = sales.store_id
        and days.business_date = sales.business_date
    left join tenders
        on days.store_id = tenders.store_id
        and days.business_date = tenders.business_date
    left join stores on days.store_id = stores.store_id
    left join sign_offs
        on days.store_id = sign_offs.store_id
        and days.business_date = sign_offs.business_date
    left join reopenings
        on days.store_id = reopenings.store_id
        and days.business_date = reopenings.business_date

)

select * from final
