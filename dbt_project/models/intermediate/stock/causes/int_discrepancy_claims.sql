{{ config(materialized='table') }}

with documents as (

    select * from {{ ref('int_document_evidence') }}

),

lines as (

    select * from {{ ref('int_discrepant_lines') }}

),

looked_at as (

    select
        discrepancy_id, evidence, units, occurred_on, dataset, document_id, line_number,
        _file_id, _line_no, sentence, cast(null as string) as paired_discrepancy_id
    from {{ ref('int_evidence_scans') }}
    union all
    select
        discrepancy_id, evidence, units, occurred_on, dataset, document_id, line_number,
        _file_id, _line_no, sentence, paired_discrepancy_id
    from {{ ref('int_evidence_pairs') }}
    union all
    select
        discrepancy_id,
        'none' as evidence,
        cast(null as decimal(18, 3)) as units,
        counted_on as occurred_on,
        'count_scans' as dataset,
        count_id as document_id,
        cast(null as integer) as line_number,
        cast(null as string) as _file_id,
        cast(null as bigint) as _line_no,
        'No document and no other count explains it.' as sentence,
        cast(null as string) as paired_discrepancy_id
    from lines
    where side in ('short', 'over')

),

looked_into as (

    {{ within_the_rules('looked_at') }}

),

claims as (

    select
        discrepancy_id, finding_id, evidence, units, occurred_on, dataset, document_id, line_number,
        _file_id, _line_no, sentence, paired_discrepancy_id, rule_id, rule_rank, rule_name,
        rule_version, root_cause, outcome, confidence
    from looked_into
    union all
    select
        discrepancy_id, finding_id, evidence, units, occurred_on, dataset, document_id, line_number,
        _file_id, _line_no, sentence, cast(null as string) as paired_discrepancy_id, rule_id,
        rule_rank, rule_name, rule_version, root_cause, outcome, confidence
    from documents

),

-- Where goods have no number, one document of just as many units says most, then all of a rule.
weighed as (

    select
        claims.*,
        case
            when lines.level = 'serial' then 0
            when claims.units is null then 2
            when abs(lines.variance_units) in (
                claims.units,
                sum(claims.units) over (partition by claims.discrepancy_id, claims.rule_id)
            ) then 0
            else 1
        end as misfit
    from claims
    inner join lines on claims.discrepancy_id = lines.discrepancy_id

),

final as (

    select
        *,
        dense_rank() over (
            partition by discrepancy_id order by misfit, rule_rank, rule_id
        ) as claim_no,
        row_number() over (
            partition by discrepancy_id
            order by misfit, rule_rank, rule_id, occurred_on, dataset, document_id, line_number
        ) as evidence_no
    from weighed

)

select * from final
