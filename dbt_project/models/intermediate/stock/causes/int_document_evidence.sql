{{ config(materialized='table') }}

with documents as (

    select * from {{ ref('int_evidence_postings') }}
    union all
    select * from {{ ref('int_evidence_sales') }}
    union all
    select * from {{ ref('int_evidence_transfers') }}
    union all
    select * from {{ ref('int_evidence_custody') }}
    union all
    select
        discrepancy_id, evidence, units, occurred_on, dataset, document_id, line_number,
        _file_id, _line_no, sentence
    from {{ ref('int_last_whereabouts') }}

),

final as (

    {{ within_the_rules('documents') }}

)

select * from final
