{{ config(materialized='table') }}

with receipts as (

    select * from {{ ref('int_receipts') }}
    where is_completed

),

-- A receipt belongs to one day; one put on hold is completed on another, and counts there only.
spread as (

    select store_id, transaction_id
    from receipts
    group by store_id, transaction_id
    having count(*) > 1

),

followed as (

    select
        receipts.*,
        lag(receipts.business_date) over (
            partition by receipts.store_id, receipts.transaction_id
            order by receipts.business_date
        ) as counted_before_on
    from receipts
    inner join spread
        on receipts.store_id = spread.store_id
        and receipts.transaction_id = spread.transaction_id

),

-- A code may come back after a year, with the numbers it is made of.
final as (

    select *
    from followed
    where {{ days_between('counted_before_on', 'business_date') }} <= 31

)

select * from final
