with decisions as (

    select * from {{ ref('stg_decisions') }}

),

clock as (

    select cast(run_at as date) as today from {{ ref('stg_clock') }}

),

asked as (

    select * from decisions
    where kind = 'action'

),

-- The store lets an action end once.
ends as (

    select * from decisions
    where kind in ('action_done', 'action_dropped')

),

final as (

    select
        asked.decision_id as action_id,
        asked.subject_type,
        asked.subject_key,
        case when asked.subject_type = 'discrepancy' then asked.subject_key end as discrepancy_id,
        asked.store_id,
        asked.action_text,
        asked.action_owner as owner,
        asked.action_due_on as due_on,
        case coalesce(ends.kind, 'action')
            when 'action' then 'open'
            when 'action_done' then 'done'
            else 'dropped'
        end as status,
        ends.decision_id is null and asked.action_due_on < clock.today as is_overdue,
        cast(
            case
                when ends.decision_id is null and asked.action_due_on < clock.today
                    then {{ days_between('asked.action_due_on', 'clock.today') }}
                else 0
            end as integer
        ) as days_overdue,
        ends.action_proof as proof,
        asked.decided_by as asked_by,
        asked.decided_at as asked_at,
        ends.decided_by as ended_by,
        ends.decided_at as ended_at,
        ends.reason as dropped_because,
        asked.known_from
    from asked
    cross join clock
    left join ends on asked.decision_id = ends.about_decision_id

)

select * from final
