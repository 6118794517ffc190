{# Incremental strategy of what counts come to: whatever a count is judged by, it is judged again. #}
{% macro get_incremental_replace_touched_counts_sql(args) %}
    {%- set touched -%}
        select count_id from {{ ref('int_touched_counts') }}
    {%- endset -%}
    {{ loupe.replace_rows(args, touched, 'kept.count_id = replaced.count_id') }}
{% endmacro %}
