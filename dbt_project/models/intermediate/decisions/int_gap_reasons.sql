with acts as (

    select
        *,
        row_number() over (partition by subject_key order by decision_no desc) as recency
    from {{ ref('stg_decisions') }}
    where kind = 'gap_reason'

),

final as (

    select
        store_id,
        register_id,
        receipt_series,
        business_date,
        first_missing,
        last_missing,
        gap_reason,
        reason,
        decided_by,
        decided_at,
        decision_no
    from acts
    where recency = 1 and gap_reason <> 'unexplained'

)

select * from final
