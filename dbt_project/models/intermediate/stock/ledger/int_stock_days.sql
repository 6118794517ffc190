{{ config(materialized='table') }}

with received as (

    select
        store_id,
        business_date,
        max(case when dataset = 'stock_snapshots' then 1 else 0 end) as snapshots,
        max(case when dataset = 'stock_movements' then 1 else 0 end) as movements,
        max(case when dataset = 'stock_snapshots' then file_id end) as snapshot_file_id
    from {{ ref('int_received') }}
    where dataset in ('stock_snapshots', 'stock_movements')
    group by store_id, business_date

),

begun as (

    select store_id, min(business_date) as first_day
    from received
    group by store_id

),

owed as (

    select distinct
        deliveries.store_id,
        deliveries.business_date
    from {{ ref('deliveries') }} as deliveries
    inner join begun
        on deliveries.store_id = begun.store_id
        and deliveries.business_date > begun.first_day
    where deliveries.dataset in ('stock_snapshots', 'stock_movements')
        and deliveries.status in ('due', 'late', 'missing')

),

days as (

    select
        coalesce(received.store_id, owed.store_id) as store_id,
        coalesce(received.business_date, owed.business_date) as business_date,
        coalesce(received.snapshots, 0) as snapshots,
        coalesce(received.movements, 0) as movements,
        received.snapshot_file_id
    from received
    full outer join owed
        on received.store_id = owed.store_id
        and received.business_date = owed.business_date

),

placed as (

    select
        *,
        case when snapshots = 1 then business_date end as snapshot_on,
        min(business_date) over (partition by store_id) as first_day
    from days

),

settled as (

    select
        *,
        min(snapshot_on) over (partition by store_id) as first_snapshot_on,
        max(snapshot_on) over (
            partition by store_id order by business_date
            rows between unbounded preceding and current row
        ) as last_snapshot_on,
        min(snapshot_on) over (
            partition by store_id order by business_date
            rows between current row and unbounded following
        ) as settles_on,
        min(snapshot_on) over (
            partition by store_id order by business_date
            rows between 1 following and unbounded following
        ) as next_snapshot_on
    from placed

),

final as (

    select
        store_id,
        business_date,
        snapshots = 1 as has_snapshot,
        movements = 1 as has_movements,
        first_day,
        first_snapshot_on,
        last_snapshot_on,
        settles_on,
        next_snapshot_on,
        snapshot_file_id,
        -- The first snapshot is where the book begins: there is nothing to hold it against.
        business_date = settles_on
        and settles_on > first_snapshot_on
        and min(movements) over (partition by store_id, settles_on) = 1 as is_judged
    from settled

)

select * from final
