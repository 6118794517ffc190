{# Schemas are named plainly: finance, not main_finance. Readers write these names by hand. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ (custom_schema_name or target.schema) | trim }}
{%- endmacro %}
