{{
    config(
        materialized='incremental',
        incremental_strategy='replace_store_days',
        partition_by='business_date',
    )
}}

with receipts as (

    select * from {{ touched(ref('int_receipts')) }}
    where receipt_number is not null

),

final as (

    select
        'F5' as check_id,
        store_id,
        business_date,
        coalesce(counter_register_id || ' ', '') || coalesce(receipt_series || ' ', '')
        || cast(receipt_number as string) as subject,
        min(transaction_id) as transaction_id,
        1 as expected_value,
        count(*) as actual_value,
        'the number stands on ' || {{ text_list('transaction_id') }} as note,
        min_by(_file_id, transaction_id) as _file_id,
        min_by(_line_no, transaction_id) as _line_no
    from receipts
    group by store_id, business_date, counter_register_id, receipt_series, receipt_number
    having count(*) > 1

)

select * from final
