with deliveries as (

    select
        *,
        received_at is not null as is_received
    from {{ ref('deliveries') }}

),

sales as (

    select * from {{ ref('int_store_day_receipts') }}

),

checks as (

    select
        *,
        lead(valid_from) over (partition by check_id order by valid_from) as valid_before
    from {{ ref('store_day_checks') }}

),

received as (

    select
        store_id,
        business_date,
        coalesce(bool_or(dataset = 'sales_lines' and is_received), false) as has_sales,
        coalesce(bool_or(dataset = 'tenders' and is_received), false) as has_tenders,
        coalesce(bool_or(dataset = 'till_closings' and is_received), false) as has_closings
    from deliveries
    group by store_id, business_date

),

f1_delivery_received as (

    select
        'F1' as check_id,
        store_id,
        business_date,
        count(*) as expected_value,
        sum(case when is_received then 1 else 0 end) as actual_value,
        {{ text_list(
            "case when not is_received then replace(dataset, '_', ' ') || ' ' || status end"
        ) }} as detail
    from deliveries
    where blocks_day and (is_received or status in ('late', 'missing'))
    group by store_id, business_date

),

f3_till_final as (

    select
        'F3' as check_id,
        store_id,
        business_date,
        count(*) as expected_value,
        sum(case when is_final then 1 else 0 end) as actual_value,
        {{ text_list("case when not is_final then register_id || ' Z ' || z_number end") }}
            as detail
    from (
        select
            store_id,
            business_date,
            register_id,
            z_number,
            coalesce(min(case when closing_status = 'final' then 1 else 0 end), 0) = 1 as is_final
        from {{ ref('fct_till_closings') }}
        group by store_id, business_date, register_id, z_number
    ) as closings
    group by store_id, business_date

),

gaps as (

    select
        store_id,
        business_date,
        sum(missing_count) as missing_count,
        {{ text_list(
            "register_id || ' ' || cast(first_missing as varchar)"
            ~ " || '-' || cast(last_missing as varchar)"
        ) }} as detail
    from {{ ref('receipt_gaps') }}
    group by store_id, business_date

),

f4_receipt_gap as (

    select
        'F4' as check_id,
        received.store_id,
        received.business_date,
        0 as expected_value,
        coalesce(gaps.missing_count, 0) as actual_value,
        gaps.detail
    from received
    left join gaps
        on received.store_id = gaps.store_id
        and received.business_date = gaps.business_date
    left join sales
        on received.store_id = sales.store_id
        and received.business_date = sales.business_date
    where received.has_sales and (sales.numbered_receipts > 0 or gaps.store_id is not null)

),

f5_duplicate_receipt as (

    select
        'F5' as check_id,
        store_id,
        business_date,
        0 as expected_value,
        duplicate_numbers as actual_value,
        duplicate_detail as detail
    from sales
    where numbered_receipts > 0

),

unbalanced as (

    select
        store_id,
        business_date,
        count(*) as receipts,
        {{ text_list('transaction_id') }} as detail
    from {{ ref('unbalanced_transactions') }}
    group by store_id, business_date

),

f7_tenders_equal_lines as (

    select
        'F7' as check_id,
        received.store_id,
        received.business_date,
        0 as expected_value,
        coalesce(unbalanced.receipts, 0) as actual_value,
        unbalanced.detail
    from received
    left join unbalanced
        on received.store_id = unbalanced.store_id
        and received.business_date = unbalanced.business_date
    where received.has_sales and received.has_tenders

),

f10_lines_set_aside as (

    select
        'F10' as check_id,
        store_id,
        business_date,
        0 as expected_value,
        sum(rejected_count) as actual_value,
        {{ text_list("case when rejected_count > 0 then replace(dataset, '_', ' ') end") }} as detail
    from {{ ref('int_received') }}
    where dataset in (select dataset from {{ ref('delivery_terms') }})
    group by store_id, business_date

),

outcomes as (

    select * from f1_delivery_received
    union all
    select * from f3_till_final
    union all
    select * from f4_receipt_gap
    union all
    select * from f5_duplicate_receipt
    union all
    select * from f7_tenders_equal_lines
    union all
    select * from f10_lines_set_aside

),

final as (

    select
        outcomes.store_id,
        outcomes.business_date,
        outcomes.check_id,
        checks.check_name,
        checks.fault,
        checks.severity,
        outcomes.actual_value = outcomes.expected_value as passed,
        cast(outcomes.expected_value as decimal(18, 2)) as expected_value,
        cast(outcomes.actual_value as decimal(18, 2)) as actual_value,
        cast(outcomes.actual_value - outcomes.expected_value as decimal(18, 2)) as difference,
        outcomes.detail,
        cast(checks.version as integer) as check_version
    from outcomes
    inner join checks
        on outcomes.check_id = checks.check_id
        and outcomes.business_date >= checks.valid_from
        and outcomes.business_date < coalesce(checks.valid_before, date '9999-12-31')

)

select * from final
