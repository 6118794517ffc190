{{ config(materialized='table') }}

with proposals as (

    select * from {{ ref('int_discrepancy_proposals') }}

),

reviews as (

    select * from {{ ref('int_discrepancy_reviews') }}
    where is_standing

),

-- A finding is one case over all counts that saw it: what was said last of any of its lines.
said as (

    select
        proposals.finding_id,
        reviews.verdict,
        reviews.decided_at,
        case reviews.verdict
            when 'accepted' then coalesce(reviews.root_cause, reviews.proposed_cause)
            when 'rejected' then coalesce(reviews.root_cause, 'unknown')
        end as given_cause,
        row_number() over (
            partition by proposals.finding_id order by reviews.decision_no desc
        ) as newest_first
    from reviews
    inner join proposals on reviews.discrepancy_id = proposals.discrepancy_id

),

-- A pair is a proposal to close both lines in one step: however sure, it waits to be accepted.
decided as (

    select
        proposals.*,
        case when said.verdict <> 'reopened' then said.verdict end as review,
        coalesce(said.given_cause, proposals.root_cause) as effective_cause,
        case when said.given_cause is null then 'rule' else 'person' end as cause_from,
        proposals.confidence = 'proved'
        and max(proposals.paired_discrepancy_id) over (partition by proposals.finding_id) is null
            as is_proved,
        case when said.given_cause <> 'unknown' then cast(said.decided_at as date) end
            as explained_on
    from proposals
    left join said on proposals.finding_id = said.finding_id and said.newest_first = 1

),

final as (

    select
        *,
        case
            when effective_cause in ('unknown', 'not_counted') then 'unknown'
            when cause_from = 'rule' and not is_proved then 'unknown'
            when effective_cause = 'true_loss' then 'known'
            else 'explained'
        end as loss_kind,
        cast({{ days_between('first_seen_on', 'explained_on') }} as integer) as days_to_explain
    from decided

)

select * from final
