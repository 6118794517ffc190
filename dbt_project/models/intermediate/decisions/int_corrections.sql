{{ config(materialized='table') }}

with decisions as (

    select * from {{ ref('stg_decisions') }}

),

corrections as (

    select
        *,
        {{ loupe.is_usable_correction() }} as is_usable
    from decisions
    where kind = 'correction'

),

approvals as (

    select * from decisions
    where kind = 'correction_approval'

),

withdrawals as (

    select * from decisions
    where kind = 'correction_withdrawn'

),

-- The store says who may do what; here only the order counts, and that two people did it.
answered as (

    select
        corrections.*,
        approvals.decision_no as approved_no,
        approvals.decided_by as approved_by,
        approvals.decided_at as approved_at,
        approvals.known_from as approved_from,
        withdrawals.decision_no as withdrawn_no,
        withdrawals.decided_by as withdrawn_by,
        withdrawals.decided_at as withdrawn_at,
        withdrawals.known_from as withdrawn_from,
        withdrawals.reason as withdrawn_because
    from corrections
    left join withdrawals on corrections.decision_id = withdrawals.about_decision_id
    left join approvals
        on corrections.decision_id = approvals.about_decision_id
        and lower(corrections.decided_by) <> lower(approvals.decided_by)
        and approvals.decision_no < coalesce(withdrawals.decision_no, approvals.decision_no + 1)

),

current_files as (

    select distinct dataset, store_id, business_date, file_id
    from {{ ref('stg_file_scopes') }}
    where is_current and business_date is not null

),

final as (

    select
        answered.*,
        current_files.file_id is not null as is_row_current,
        row_number() over (
            partition by answered.subject_key, answered.file_id, answered.column_name
            order by
                case
                    when answered.is_usable and answered.withdrawn_no is null
                        then answered.approved_no
                end desc nulls last
        ) as recency
    from answered
    left join current_files
        on answered.dataset = current_files.dataset
        and answered.store_id = current_files.store_id
        and answered.business_date = current_files.business_date
        and answered.file_id = current_files.file_id

)

select * from final
