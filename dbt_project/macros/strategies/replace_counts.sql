{# Incremental strategy of what is kept by count: a count delivered again is replaced, whole. #}
{% macro get_incremental_replace_counts_sql(args) %}
    {%- set arrived -%}
        select distinct scope as count_id
        from {{ ref('stg_arrived_scopes') }}
        where dataset = 'count_scans'
    {%- endset -%}
    {{ loupe.replace_rows(args, arrived, 'kept.count_id = replaced.count_id') }}
{% endmacro %}
