{#
    Incremental strategy of fct_stock_positions: in a store with new snapshots, every position
    that was still true on the last untouched snapshot day, or later, is worked out again.
#}
{% macro get_incremental_replace_positions_sql(args) %}
    {%- set touched_stores -%}
        select store_id, max(rebuilt_from) as rebuilt_from
        from {{ ref('int_snapshot_days') }}
        group by store_id
    {%- endset -%}
    {%- set still_true -%}
        kept.store_id = replaced.store_id
        and (kept.to_date is null or kept.to_date >= replaced.rebuilt_from)
    {%- endset -%}
    {{ loupe.replace_rows(args, touched_stores, still_true) }}
{% endmacro %}
