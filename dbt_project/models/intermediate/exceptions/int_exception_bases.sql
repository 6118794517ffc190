with receipts as (

    select
        *,
        transaction_status = 'completed' as is_completed
    from {{ ref('int_rung_receipts') }}
    where transaction_status <> 'training'

),

days as (

    select * from {{ ref('int_received_days') }}

),

drawers as (

    select * from {{ ref('int_counted_drawers') }}

),

rung as (

    select
        receipts.store_id,
        receipts.operator_id as employee_id,
        cast(date_trunc('month', receipts.business_date) as date) as period_start,
        count(*) as receipts,
        sum(case when days.has_till_events then 1 else 0 end) as journal_receipts,
        sum(case when receipts.is_completed then receipts.line_count else 0 end) as line_count,
        sum(receipts.sold_lines) as sold_lines,
        sum(receipts.returned_lines) as returned_lines
    from receipts
    left join days
        on receipts.store_id = days.store_id
        and receipts.business_date = days.business_date
    group by
        receipts.store_id,
        receipts.operator_id,
        cast(date_trunc('month', receipts.business_date) as date)

),

counted as (

    select
        store_id,
        operator_id as employee_id,
        cast(date_trunc('month', business_date) as date) as period_start,
        count(*) as drawers
    from drawers
    group by store_id, operator_id, cast(date_trunc('month', business_date) as date)

),

bases as (

    select store_id, employee_id, period_start, 'receipts' as base, receipts as base_count from rung
    union all
    select store_id, employee_id, period_start, 'journal_receipts' as base, journal_receipts as base_count
    from rung
    union all
    select store_id, employee_id, period_start, 'lines' as base, line_count as base_count from rung
    union all
    select store_id, employee_id, period_start, 'sold_lines' as base, sold_lines as base_count from rung
    union all
    select store_id, employee_id, period_start, 'goods_lines' as base, sold_lines + returned_lines
        as base_count
    from rung
    union all
    select store_id, employee_id, period_start, 'returned_lines' as base, returned_lines as base_count
    from rung
    union all
    select store_id, employee_id, period_start, 'drawers' as base, drawers as base_count from counted

),

final as (

    select
        store_id,
        employee_id,
        period_start,
        base,
        cast(base_count as bigint) as base_count
    from bases
    where base_count > 0

)

select * from final
