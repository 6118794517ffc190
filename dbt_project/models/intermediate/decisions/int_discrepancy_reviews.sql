with verdicts as (

    select * from {{ ref('stg_decisions') }}
    where kind = 'discrepancy_verdict'

),

final as (

    select
        decision_id,
        decision_no,
        subject_key as discrepancy_id,
        finding_id,
        count_id,
        store_id,
        business_date as counted_on,
        verdict,
        proposed_cause,
        -- The other side's acceptance was taken back: nobody has said what it is.
        case when verdict in ('accepted', 'rejected') then root_cause end as root_cause,
        paired_discrepancy_id,
        reason,
        decided_by,
        decided_at,
        seen_run_id,
        known_from,
        row_number() over (partition by subject_key order by decision_no desc) = 1 as is_standing
    from verdicts

)

select * from final
