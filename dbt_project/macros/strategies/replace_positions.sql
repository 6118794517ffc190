{#
    Incremental strategy of fct_stock_positions: in a store with new snapshots, every position
    that was still true on the last untouched snapshot day, or later, is worked out again.
#}
{% macro get_incremental_replace_positions_sql(args) %}
    delete from {{ args['target_relation'] }} as kept
    using (
        select store_id, max(rebuilt_from) as rebuilt_from
        from {{ ref('int_snapshot_days') }}
        group by store_id
    ) as touched
    where kept.store_id = touched.store_id
        and (kept.to_date is null or kept.to_date >= touched.rebuilt_from);

    {{ loupe.insert_all(args) }}
{% endmacro %}
