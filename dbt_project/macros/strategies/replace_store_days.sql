{# Incremental strategy of what is kept by store-day: the touched days go, what they hold now comes. #}
{% macro get_incremental_replace_store_days_sql(args) %}
    {%- set touched -%}
        select store_id, business_date
        from {{ ref('int_touched_store_days') }}
    {%- endset -%}
    {%- set same_day -%}
        kept.store_id = replaced.store_id
        and kept.business_date = replaced.business_date
    {%- endset -%}
    {{ loupe.replace_rows(args, touched, same_day, by_date=true) }}
{% endmacro %}
