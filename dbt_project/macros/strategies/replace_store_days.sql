{# Incremental strategy of what is kept by store-day: the touched days go, what they hold now comes. #}
{% macro get_incremental_replace_store_days_sql(args) %}
    delete from {{ args['target_relation'] }} as kept
    using {{ ref('int_touched_store_days') }} as touched
    where kept.store_id = touched.store_id
        and kept.business_date = touched.business_date;

    {{ loupe.insert_all(args) }}
{% endmacro %}
