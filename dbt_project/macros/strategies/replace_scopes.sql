{#
    Incremental strategy of the staging models: a scope whose current version has just arrived is
    replaced, whole. The versions decide, not the rows, so that a store-day that became empty is
    emptied; a whole store-day also replaces the parts it was delivered in before.

    The model is named stg_<dataset>. Joining on the plain columns lets the engine skip the parts
    of a large table that hold other days.
#}
{% macro get_incremental_replace_scopes_sql(args) %}
    {%- set columns = args['dest_columns'] | map(attribute='name') | list -%}
    delete from {{ args['target_relation'] }} as kept
    using (
        select store_id, business_date, scope_part, scope
        from {{ ref('stg_arrived_scopes') }}
        where dataset = '{{ model.name | replace("stg_", "", 1) }}'
            and is_current
    ) as arrived
    where
    {%- if 'business_date' in columns %}
        kept.store_id = arrived.store_id
        and kept.business_date = arrived.business_date
        and (arrived.scope_part is null or kept._scope = arrived.scope)
    {%- else %}
        kept._scope = arrived.scope
    {%- endif %};

    {{ loupe.insert_all(args) }}
{% endmacro %}
