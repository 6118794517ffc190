{#
    The rules of the exception report, in their order; each is a view int_exceptions_<id> of the acts
    it looks at. Those that look at nothing but the store-day are kept by store-day.
#}
{% macro day_exceptions() %}
    {{- return(['x1', 'x2', 'x3', 'x4', 'x5', 'x7', 'x11', 'x12', 'x13', 'x14', 'x16', 'x18']) -}}
{% endmacro %}

{# Those that look at other days too: the sale of what is returned, the trading calendar, a year. #}
{% macro history_exceptions() %}
    {{- return(['x6', 'x8', 'x9', 'x10', 'x15', 'x17']) -}}
{% endmacro %}

{# The acts of some rules under one another. #}
{% macro united_exceptions(rules) -%}
    {%- for rule in rules %}
    select
        rule_id,
        store_id,
        business_date,
        subject,
        transaction_id,
        line_number,
        employee_id,
        cast(amount as decimal(18, 2)) as amount,
        note,
        _file_id,
        _line_no
    from {{ ref('int_exceptions_' ~ rule) }}
    {%- if not loop.last %}
    union all
    {%- endif -%}
    {%- endfor -%}
{%- endmacro %}
