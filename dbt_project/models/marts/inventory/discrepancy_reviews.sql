with reviews as (

    select * from {{ ref('int_discrepancy_reviews') }}

),

final as (

    select
        decision_id,
        discrepancy_id,
        finding_id,
        count_id,
        store_id,
        counted_on,
        verdict,
        proposed_cause,
        root_cause,
        paired_discrepancy_id,
        is_standing,
        reason,
        decided_by,
        decided_at,
        seen_run_id,
        known_from
    from reviews

)

select * from final
