{{
    config(
        materialized='incremental',
        incremental_strategy='replace_store_days',
        partition_by='business_date',
    )
}}

with tenders as (

    select * from {{ touched(ref('stg_tenders')) }}
    where {{ is_counted() }}

),

receipts as (

    select * from {{ touched(ref('int_receipts')) }}

),

closings as (

    select
        store_id,
        business_date,
        register_id,
        z_number,
        max(closed_at) as closed_at,
        min(first_receipt_number) as first_number,
        max(last_receipt_number) as last_number
    from {{ touched(ref('stg_till_closings')) }}
    where {{ is_counted() }}
    group by store_id, business_date, register_id, z_number

),

ordered as (

    select
        *,
        row_number() over (
            partition by store_id, business_date, register_id
            order by closed_at nulls last, z_number
        ) as closing_no
    from closings

),

-- A till closed several times a day tells by its numbers, else by its times, what it counted.
weighed as (

    select
        tenders.store_id,
        tenders.business_date,
        tenders.transaction_id,
        tenders.tender_number,
        ordered.z_number,
        ordered.closing_no,
        coalesce(
            receipts.receipt_number between ordered.first_number and ordered.last_number, false
        ) as has_number,
        coalesce(
            coalesce(tenders.tendered_at, receipts.sold_at) <= ordered.closed_at, false
        ) as is_before
    from tenders
    inner join ordered
        on tenders.store_id = ordered.store_id
        and tenders.business_date = ordered.business_date
        and tenders.register_id = ordered.register_id
    left join receipts
        on tenders.store_id = receipts.store_id
        and tenders.business_date = receipts.business_date
        and tenders.transaction_id = receipts.transaction_id

),

final as (

    select
        store_id,
        business_date,
        transaction_id,
        tender_number,
        z_number
    from weighed
    qualify
        row_number() over (
            partition by store_id, business_date, transaction_id, tender_number
            order by
                case when has_number then 0 else 1 end,
                case when is_before then 0 else 1 end,
                case when is_before then closing_no else -closing_no end
        ) = 1

)

select * from final
