{# Incremental strategy of what is told by serial number: a story with news is told again, whole. #}
{% macro get_incremental_replace_serials_sql(args) %}
    {%- set touched -%}
        select distinct serial_number
        from (
            {{ loupe.touched_serials(args['target_relation']) }}
        ) as touched
        where serial_number is not null
    {%- endset -%}
    {{ loupe.replace_rows(args, touched, 'kept.serial_number = replaced.serial_number') }}
{% endmacro %}
