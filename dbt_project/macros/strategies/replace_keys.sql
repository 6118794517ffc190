{# Incremental strategy of what is known by a key: a row that comes replaces those of its key. #}
{% macro get_incremental_replace_keys_sql(args) %}
    {%- set key = args['unique_key'] -%}
    {%- set key = [key] if key is string else key -%}
    {%- set arrived -%}
        select distinct {{ key | join(', ') }}
        from {{ args['temp_relation'] }}
    {%- endset -%}
    {%- set same_key -%}
        {%- for column in key -%}
        {{ 'and ' if not loop.first }}kept.{{ column }} = replaced.{{ column }}
        {% endfor -%}
    {%- endset -%}
    {{ loupe.replace_rows(args, arrived, same_key) }}
{% endmacro %}
