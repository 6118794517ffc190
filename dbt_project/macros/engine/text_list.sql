{# The distinct values of a group in order, as one text: "sales_lines, tenders". #}
{% macro text_list(value) -%}
    {{ return(adapter.dispatch('text_list', 'loupe')(value)) }}
{%- endmacro %}

{% macro default__text_list(value) -%}
    string_agg(distinct {{ value }}, ', ' order by {{ value }})
{%- endmacro %}

{% macro spark__text_list(value) -%}
    array_join(sort_array(collect_set({{ value }})), ', ')
{%- endmacro %}
