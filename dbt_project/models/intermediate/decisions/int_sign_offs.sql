with acts as (

    select
        *,
        row_number() over (
            partition by store_id, business_date
            order by decision_no desc
        ) as recency
    from {{ ref('stg_decisions') }}
    where kind in ('sign_off', 'sign_off_withdrawn')

),

runs as (

    select * from {{ ref('stg_runs') }}

),

final as (

    select
        acts.store_id,
        acts.business_date,
        acts.decision_id,
        acts.decided_by,
        acts.decided_at,
        acts.reason,
        acts.blockers,
        -- The checks that stood in the way, without the bars around them.
        case
            when acts.blockers <> '|'
                then replace(substr(acts.blockers, 2, length(acts.blockers) - 2), '|', ', ')
        end as signed_despite,
        acts.seen_run_id,
        -- What came after the figures that were looked at was not signed.
        coalesce(runs.finished_at, acts.decided_at) as seen_until
    from acts
    left join runs on acts.seen_run_id = runs.run_id
    where acts.recency = 1 and acts.kind = 'sign_off'

)

select * from final
