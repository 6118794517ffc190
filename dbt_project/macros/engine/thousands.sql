{# A whole number as people read it: 41,200. #}
{% macro thousands(number) -%}
    {{ return(adapter.dispatch('thousands', 'loupe')(number)) }}
{%- endmacro %}

{% macro default__thousands(number) -%}
    format('{:,}', cast(round({{ number }}) as bigint))
{%- endmacro %}

{# Spark has a function of its own for it, and no format with braces. #}
{% macro spark__thousands(number) -%}
    format_number(round({{ number }}), 0)
{%- endmacro %}
