select
    decision_id,
    decision_no,
    decided_at,
    decided_by,
    kind,
    subject_type,
    subject_key,
    sequence_no,
    store_id,
    business_date,
    payload,
    reason,
    seen_run_id,
    about_decision_id,
    locked_run_id,
    known_from
from {{ ref('stg_decisions') }}
