{{
    config(
        materialized='incremental',
        incremental_strategy='replace_store_days',
        partition_by='business_date',
    )
}}

with receipts as (

    select * from {{ touched(ref('int_receipts')) }}

),

final as (

    select
        store_id,
        business_date,
        max(currency) as currency,
        count(*) as receipts,
        count(receipt_number) as numbered_receipts,
        sum(case when has_sale then 1 else 0 end) as transactions,
        sum(case when has_return then 1 else 0 end) as return_transactions,
        cast(sum(net_sales) as decimal(18, 2)) as net_sales,
        cast(sum(service_sales) as decimal(18, 2)) as service_sales,
        cast(sum(lines_total) as decimal(18, 2)) as lines_total
    from receipts
    group by store_id, business_date

)

select * from final
