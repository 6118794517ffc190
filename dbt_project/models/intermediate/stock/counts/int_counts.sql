{{ config(materialized='table') }}

with plans as (

    select * from {{ ref('fct_count_plans') }}

),

scans as (

    select * from {{ ref('fct_count_scans') }}

),

stores as (

    select * from {{ ref('int_stores') }}

),

scanned as (

    select
        count_id,
        min(store_id) as store_id,
        min(scanned_at) as first_scanned_at,
        max(scanned_at) as last_scanned_at,
        count(*) as scans
    from scans
    group by count_id

),

-- A count nobody scanned anything for is begun when the plan says so.
begun as (

    select
        plans.count_type,
        plans.zone,
        plans.category,
        plans.due_on,
        plans.frozen_at,
        plans.status,
        plans._file_id,
        plans._line_no,
        scanned.first_scanned_at,
        scanned.last_scanned_at,
        coalesce(plans.count_id, scanned.count_id) as count_id,
        coalesce(plans.store_id, scanned.store_id) as store_id,
        coalesce(scanned.scans, 0) as scans
    from plans
    full outer join scanned on plans.count_id = scanned.count_id
    where scanned.count_id is not null or plans.status in ('counting', 'counted', 'approved')

),

placed as (

    select
        begun.*,
        coalesce(stores.time_zone, 'UTC') as time_zone,
        stores.currency
    from begun
    left join stores on begun.store_id = stores.store_id

),

timed as (

    select
        *,
        {{ local_to_utc(
            'cast(' ~ add_days('due_on', 1) ~ ' as timestamp)', 'time_zone'
        ) }} as due_before
    from placed

),

final as (

    select
        count_id,
        store_id,
        currency,
        count_type,
        zone,
        category,
        due_on,
        frozen_at,
        status,
        time_zone,
        scans,
        first_scanned_at,
        last_scanned_at,
        cast({{ utc_to_local('last_scanned_at', 'time_zone') }} as date) as counted_on,
        coalesce(frozen_at, first_scanned_at, due_before) as opens_at,
        coalesce(frozen_at, last_scanned_at, due_before) as ends_at,
        cast(coalesce(frozen_at, last_scanned_at, due_before) as date) as ends_on,
        _file_id,
        _line_no
    from timed

)

select * from final
