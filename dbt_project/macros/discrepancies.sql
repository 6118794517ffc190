{#
    A row of evidence about a discrepancy: the columns that every kind of evidence has, of a
    document's row. A document that stands for itself says everything; a pair names its other side.
#}
{% macro evidence_of(document, evidence, units, occurred_on, dataset, document_id, sentence, line_number) -%}
    lines.discrepancy_id,
    {{ evidence }} as evidence,
    cast({{ units }} as decimal(18, 3)) as units,
    {{ occurred_on }} as occurred_on,
    '{{ dataset }}' as dataset,
    {{ document_id }} as document_id,
    cast({{ line_number }} as integer) as line_number,
    {{ document }}._file_id,
    {{ document }}._line_no,
    {{ sentence }} as sentence
{%- endmacro %}

{# A line and a document are about the same goods: the piece, or the item where goods have no number. #}
{% macro same_goods(one, other) -%}
    {{ one }}.item_id = {{ other }}.item_id
    and {{ one }}.serial_number is not distinct from {{ other }}.serial_number
{%- endmacro %}

{#
    Evidence held against the rules that were in force on the day of the count: the rows whose
    document lies within the rule's days. Where goods have no number, as many units as are off prove
    something; fewer or more are only likely to.
#}
{% macro within_the_rules(evidence) -%}
    select
        {{ evidence }}.*,
        lines.finding_id,
        rules.rule_id,
        rules.rank as rule_rank,
        rules.rule_name,
        rules.version as rule_version,
        rules.root_cause,
        rules.outcome,
        rules.confidence
    from {{ evidence }}
    inner join {{ ref('int_discrepant_lines') }} as lines
        on {{ evidence }}.discrepancy_id = lines.discrepancy_id
    inner join {{ ref('int_discrepancy_rules') }} as rules
        on {{ evidence }}.evidence = rules.evidence
        and lines.level = rules.level
        and lines.side = rules.side
        and lines.counted_on >= rules.valid_from
        and lines.counted_on < rules.valid_before
        and {{ evidence }}.occurred_on
            between {{ add_days('lines.counted_on', '-rules.days_before') }}
            and {{ add_days('lines.counted_on', 'rules.days_after') }}
{%- endmacro %}

{#
    Which of the candidate pairs belong together, one for one: those that are nearest to each other,
    and of equally near ones the first with the first.
#}
{% macro nearest_pairs(candidates) -%}
    select evidence, one_id, other_id, distance
    from (
        select
            *,
            dense_rank() over (partition by group_id, distance order by one_id) as one_no,
            dense_rank() over (partition by group_id, distance order by other_id) as other_no
        from (
            select
                *,
                min(distance) over (partition by one_id) as nearest_of_one,
                min(distance) over (partition by other_id) as nearest_of_other
            from {{ candidates }}
        ) as measured
        where distance = nearest_of_one and distance = nearest_of_other
    ) as numbered
    where one_no = other_no
{%- endmacro %}

{# The same once more among those that found nobody the first time. #}
{% macro nearest_pairs_twice(candidates) -%}
    select * from ({{ loupe.nearest_pairs(candidates) }}) as first_pairs
    union all
    select * from (
        {% set left_over -%}
        (
            select {{ candidates }}.*
            from {{ candidates }}
            left join ({{ loupe.nearest_pairs(candidates) }}) as ones
                on {{ candidates }}.one_id = ones.one_id
            left join ({{ loupe.nearest_pairs(candidates) }}) as others
                on {{ candidates }}.other_id = others.other_id
            where ones.one_id is null and others.other_id is null
        ) as left_over
        {%- endset -%}
        {{ loupe.nearest_pairs(left_over) }}
    ) as second_pairs
{%- endmacro %}
