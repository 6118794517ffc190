with causes as (

    select * from {{ ref('int_discrepancy_causes') }}

),

final as (

    select
        discrepancy_id,
        finding_id,
        count_id,
        store_id,
        item_id,
        serial_number,
        counted_on,
        zone,
        book_zone,
        book_units,
        counted_units,
        outcome,
        root_cause,
        confidence,
        rule_id,
        rule_version,
        review,
        effective_cause,
        cause_from,
        is_proved,
        loss_kind,
        variance_units,
        variance_cost,
        variance_retail,
        currency,
        paired_discrepancy_id,
        evidence,
        evidence_documents,
        first_seen_on,
        explained_on,
        days_to_explain,
        settled_on,
        age_days,
        status
    from causes

)

select * from final
