{# The distinct values of a group in order, as one text: "sales_lines, tenders"; null for none. #}
{% macro text_list(value) -%}
    {{ return(adapter.dispatch('text_list', 'loupe')(value)) }}
{%- endmacro %}

{% macro default__text_list(value) -%}
    string_agg(distinct {{ value }}, ', ' order by {{ value }})
{%- endmacro %}

{# A joined list of nothing is an empty text in Spark, not null. #}
{% macro spark__text_list(value) -%}
    nullif(array_join(sort_array(collect_set({{ value }})), ', '), '')
{%- endmacro %}
