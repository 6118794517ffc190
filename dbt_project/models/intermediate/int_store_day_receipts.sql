{{ config(materialized='incremental', incremental_strategy='replace_store_days') }}

with receipts as (

    select * from {{ touched(ref('int_receipts')) }}

),

numbers_used_twice as (

    select store_id, business_date, register_id, receipt_series, receipt_number
    from receipts
    where receipt_number is not null
    group by store_id, business_date, register_id, receipt_series, receipt_number
    having count(*) > 1

),

duplicates as (

    select
        store_id,
        business_date,
        count(*) as duplicate_numbers,
        {{ text_list("register_id || ' ' || cast(receipt_number as varchar)") }} as detail
    from numbers_used_twice
    group by store_id, business_date

),

totals as (

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

),

final as (

    select
        totals.*,
        coalesce(duplicates.duplicate_numbers, 0) as duplicate_numbers,
        duplicates.detail as duplicate_detail
    from totals
    left join duplicates
        on totals.store_id = duplicates.store_id
        and totals.business_date = duplicates.business_date

)

select * from final
