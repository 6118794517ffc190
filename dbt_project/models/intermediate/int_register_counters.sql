with receipts as (

    select * from {{ ref('int_register_days') }}

),

closings as (

    select
        store_id,
        business_date,
        register_id,
        min(first_receipt_number) as first_declared,
        max(last_receipt_number) as last_declared
    from {{ ref('stg_till_closings') }}
    where coalesce(transaction_count, 1) > 0
    group by store_id, business_date, register_id

),

-- A closing does not say which series it counted: it is only compared where there is one.
single_series as (

    select
        store_id,
        register_id,
        min(receipt_series) as receipt_series
    from receipts
    group by store_id, register_id
    having count(distinct coalesce(receipt_series, '')) = 1

),

declared as (

    select closings.*, single_series.receipt_series
    from closings
    inner join single_series
        on closings.store_id = single_series.store_id
        and closings.register_id = single_series.register_id

),

final as (

    select
        coalesce(receipts.store_id, declared.store_id) as store_id,
        coalesce(receipts.business_date, declared.business_date) as business_date,
        coalesce(receipts.register_id, declared.register_id) as register_id,
        coalesce(receipts.receipt_series, declared.receipt_series) as receipt_series,
        receipts.first_seen,
        receipts.last_seen,
        declared.first_declared,
        declared.last_declared
    from receipts
    full outer join declared
        on receipts.store_id = declared.store_id
        and receipts.business_date = declared.business_date
        and receipts.register_id = declared.register_id

)

select * from final
