{#
    The rows of a store-day model that have to be worked out again: on a full build all of them,
    otherwise those of the store-days that what arrived has touched.
#}
{% macro touched(whole) %}
    {%- set touched_days = ref('int_touched_store_days') -%}
    {%- if is_incremental() -%}
    (
        select everything.*
        from {{ whole }} as everything
        inner join {{ touched_days }} as touched
            on everything.store_id = touched.store_id
            and everything.business_date = touched.business_date
    )
    {%- else -%}
    {{ whole }}
    {%- endif -%}
{% endmacro %}
