with pairs as (

    select * from {{ ref('int_pairs_of_one_reference') }}
    union all
    select * from {{ ref('int_pairs_of_two_references') }}

),

lines as (

    select * from {{ ref('int_discrepant_lines') }}

),

sides as (

    select evidence, one_id as finding_id, other_id as paired_finding_id from pairs
    union all
    select evidence, other_id as finding_id, one_id as paired_finding_id from pairs

),

final as (

    select
        lines.discrepancy_id,
        sides.evidence,
        abs(lines.variance_units) as units,
        others.counted_on as occurred_on,
        'count_scans' as dataset,
        others.count_id as document_id,
        cast(null as integer) as line_number,
        cast(null as string) as _file_id,
        cast(null as bigint) as _line_no,
        'Count ' || others.count_id || ' in ' || others.store_id
        || case when others.side = 'over' then ' found ' else ' did not find ' end
        || coalesce(others.serial_number, others.item_id)
        || ' on ' || cast(others.counted_on as string) || '.' as sentence,
        others.discrepancy_id as paired_discrepancy_id
    from sides
    inner join lines on sides.finding_id = lines.finding_id
    inner join lines as others
        on sides.paired_finding_id = others.finding_id and others.is_newest

)

select * from final
