{# What a count can find: the rest is listed by the stock system, but lies somewhere else. #}
{% macro is_on_shelf(stock_status) -%}
    ({{ stock_status }} in ('available', 'reserved', 'display', 'damaged'))
{%- endmacro %}
