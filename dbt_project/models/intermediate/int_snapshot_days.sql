{{ config(materialized='table') }}

with delivered as (

    select distinct store_id, business_date
    from {{ ref('stg_file_scopes') }}
    where dataset = 'stock_snapshots' and is_current

),

arrived as (

    select store_id, min(business_date) as touched_from
    from {{ ref('stg_arrived_scopes') }}
    where dataset = 'stock_snapshots' and is_current
    group by store_id

),

numbered as (

    select
        store_id,
        business_date,
        row_number() over (partition by store_id order by business_date) as day_no,
        max(business_date) over (partition by store_id) as newest_day
    from delivered

),

-- The last snapshot before the touched ones: what was true then may go on.
joints as (

    select
        arrived.store_id,
        arrived.touched_from,
        max(numbered.business_date) as joint_day
    from arrived
    left join numbered
        on arrived.store_id = numbered.store_id
        and numbered.business_date < arrived.touched_from
    group by arrived.store_id, arrived.touched_from

),

final as (

    select
        numbered.store_id,
        numbered.business_date,
        numbered.day_no,
        numbered.newest_day,
        joints.joint_day,
        coalesce(joints.joint_day, joints.touched_from) as rebuilt_from
    from numbered
    inner join joints on numbered.store_id = joints.store_id
    where numbered.business_date >= coalesce(joints.joint_day, joints.touched_from)

)

select * from final
