with claims as (

    select * from {{ ref('int_discrepancy_claims') }}

),

lines as (

    select * from {{ ref('int_discrepant_lines') }}

),

final as (

    select
        claims.discrepancy_id,
        cast(claims.evidence_no as integer) as evidence_no,
        lines.store_id,
        lines.count_id,
        claims.rule_id,
        claims.rule_version,
        claims.rule_name,
        claims.claim_no = 1 as is_decisive,
        claims.root_cause,
        claims.outcome,
        claims.confidence,
        claims.dataset,
        claims.document_id,
        claims.line_number,
        claims.occurred_on,
        claims.units,
        claims.paired_discrepancy_id,
        claims.sentence,
        claims._file_id,
        claims._line_no
    from claims
    inner join lines on claims.discrepancy_id = lines.discrepancy_id

)

select * from final
