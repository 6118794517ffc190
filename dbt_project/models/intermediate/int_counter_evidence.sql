with receipts as (

    select
        *,
        max(business_date) over (partition by store_id) as last_day
    from {{ ref('int_receipts') }}
    where receipt_number is not null

),

-- Sixty days are enough to see how a store counts; older ones may be of another till system.
recent as (

    select * from receipts
    where business_date > {{ add_days('last_day', -60) }}

),

followed as (

    select
        *,
        receipt_number - 1 - lag(receipt_number) over (
            partition by store_id, business_date, register_id, receipt_series
            order by receipt_number
        ) as skipped_by_register,
        receipt_number - 1 - lag(receipt_number) over (
            partition by store_id, business_date, receipt_series
            order by receipt_number, register_id
        ) as skipped_by_store
    from recent

),

final as (

    select
        store_id,
        min(business_date) as first_day,
        max(business_date) as last_day,
        count(distinct register_id) as registers,
        count(*) as receipts,
        sum(greatest(coalesce(skipped_by_register, 0), 0)) as missing_by_register,
        sum(greatest(coalesce(skipped_by_store, 0), 0)) as missing_by_store,
        sum(case when skipped_by_store = -1 then 1 else 0 end) as shared_numbers
    from followed
    group by store_id

)

select * from final
