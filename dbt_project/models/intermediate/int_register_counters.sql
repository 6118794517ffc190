with receipts as (

    select * from {{ ref('int_register_days') }}

),

closings as (

    select
        tills.store_id,
        tills.business_date,
        case when coalesce(scopes.scope, 'register') = 'register' then tills.register_id end
            as register_id,
        min(tills.first_receipt_number) as first_declared,
        max(tills.last_receipt_number) as last_declared
    from {{ ref('stg_till_closings') }} as tills
    left join {{ ref('int_counter_scopes') }} as scopes
        on tills.store_id = scopes.store_id
        and tills.business_date >= scopes.valid_from
        and tills.business_date < scopes.valid_before
    where {{ is_counted() }} and coalesce(tills.transaction_count, 1) > 0
    group by
        tills.store_id,
        tills.business_date,
        case when coalesce(scopes.scope, 'register') = 'register' then tills.register_id end

),

series_spans as (

    select
        store_id,
        register_id,
        receipt_series,
        min(business_date) as began_on,
        max(business_date) as last_seen_on
    from receipts
    group by store_id, register_id, receipt_series

),

series_turns as (

    select
        *,
        lead(began_on) over (
            partition by store_id, register_id
            order by began_on, last_seen_on
        ) as next_began_on
    from series_spans

),

-- A closing does not say which series it counted. Where one series follows another (a new one every
-- year), its day tells; where a register uses two at once, it is compared with neither.
single_series as (

    select turns.*
    from series_turns as turns
    where not exists (
        select 1
        from series_turns as overlapping
        where
            overlapping.store_id = turns.store_id
            and overlapping.register_id is not distinct from turns.register_id
            and overlapping.last_seen_on >= overlapping.next_began_on
    )

),

declared as (

    select closings.*, single_series.receipt_series
    from closings
    inner join single_series
        on closings.store_id = single_series.store_id
        and closings.register_id is not distinct from single_series.register_id
        and closings.business_date >= single_series.began_on
        and (
            closings.business_date < single_series.next_began_on
            or single_series.next_began_on is null
        )

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
        and receipts.register_id is not distinct from declared.register_id
        and receipts.receipt_series is not distinct from declared.receipt_series

)

select * from final
