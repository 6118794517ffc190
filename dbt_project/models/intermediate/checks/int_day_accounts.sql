{{
    config(
        materialized='incremental',
        incremental_strategy='replace_store_days',
        partition_by='business_date',
    )
}}

with lines as (

    select * from {{ touched(ref('fct_sales_lines')) }}
    where {{ is_completed_line() }}

),

tenders as (

    select * from {{ touched(ref('fct_tenders')) }}
    where is_completed

),

sold as (

    select
        store_id,
        business_date,
        'net_sales' as account_kind,
        cast(null as string) as ship_to_state,
        cast(null as string) as tender_type,
        sum(net_amount) as amount
    from lines
    where line_type in ('merchandise', 'service')
    group by store_id, business_date

),

taxed as (

    select
        store_id,
        business_date,
        'sales_tax' as account_kind,
        ship_to_state,
        cast(null as string) as tender_type,
        sum(tax_amount) as amount
    from lines
    group by store_id, business_date, ship_to_state

),

paid as (

    select
        store_id,
        business_date,
        'tender' as account_kind,
        cast(null as string) as ship_to_state,
        tender_type,
        sum(tender_amount - coalesce(change_amount, 0)) as amount
    from tenders
    group by store_id, business_date, tender_type

),

accounts as (

    select * from sold
    union all
    select * from taxed
    union all
    select * from paid

),

final as (

    select
        store_id,
        business_date,
        account_kind,
        ship_to_state,
        tender_type,
        cast(amount as decimal(18, 2)) as amount
    from accounts

)

select * from final
