{#
    The checks of a store-day, in the order they are shown. Each is two views: int_findings_<id>
    with the rows behind it, and int_check_<id> with what the store-day comes to. To add one, add
    its views, its name here and its words in the seed store_day_checks.
#}
{% macro checks_in_use() %}
    {{- return([
        'f1', 'f2', 'f3', 'f4', 'f5', 'f6', 'f7', 'f8', 'f9', 'f10',
        'f11', 'f12', 'f13', 'f14', 'f15', 'f16', 'f17', 'f18', 'f19', 'f20',
    ]) -}}
{% endmacro %}

{# All int_check_* or all int_findings_* under one another. #}
{% macro united_checks(prefix, columns) -%}
    {%- for check in loupe.checks_in_use() %}
    select {{ columns | join(', ') }}
    from {{ ref(prefix ~ check) }}
    {%- if not loop.last %}
    union all
    {%- endif -%}
    {%- endfor -%}
{%- endmacro %}

{#
    A check that expects no finding, from two steps of the model: `days`, the store-days it could
    judge, and `findings`.
#}
{% macro findings_counted(check_id) -%}
    select
        '{{ check_id }}' as check_id,
        days.store_id,
        days.business_date,
        cast(null as string) as severity,
        0 as expected_value,
        count(findings.subject) as actual_value,
        {{ loupe.text_list('findings.subject') }} as detail
    from days
    left join findings
        on days.store_id = findings.store_id
        and days.business_date = findings.business_date
    group by days.store_id, days.business_date
{%- endmacro %}

{# What a join with int_thresholds is on: the limit of that name, as it was on that day. #}
{% macro limit_of(alias, threshold_id, day) -%}
    {{ alias }}.threshold_id = '{{ threshold_id }}'
    and {{ day }} >= {{ alias }}.valid_from
    and {{ day }} < {{ alias }}.valid_before
{%- endmacro %}
