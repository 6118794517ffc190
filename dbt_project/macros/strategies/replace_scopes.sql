{#
    Incremental strategy of the staging models: a scope whose current version has just arrived is
    replaced, whole. The versions decide, not the rows, so that a store-day that became empty is
    emptied; a whole store-day also replaces the parts it was delivered in before. A model that marks
    what several parts repeat works out the other parts of the store-day again (repeats_marked).

    The model is named stg_<dataset>. Joining on the plain columns lets the engine skip the parts
    of a large table that hold other days.
#}
{% macro get_incremental_replace_scopes_sql(args) %}
    {%- set columns = args['dest_columns'] | map(attribute='name') | list -%}
    {%- set by_date = 'business_date' in columns -%}
    {%- set arrived -%}
        select store_id, business_date, scope_part, scope
        from {{ ref('stg_arrived_scopes') }}
        where dataset = '{{ model.name | replace("stg_", "", 1) }}'
            and is_current
    {%- endset -%}
    {%- set same_scope -%}
        {%- if by_date -%}
        kept.store_id = replaced.store_id
        and kept.business_date = replaced.business_date
        {%- if 'is_repeated' not in columns %}
        and (replaced.scope_part is null or kept._scope = replaced.scope)
        {%- endif %}
        {%- else -%}
        kept._scope = replaced.scope
        {%- endif -%}
    {%- endset -%}
    {{ loupe.replace_rows(args, arrived, same_scope, by_date) }}
{% endmacro %}
