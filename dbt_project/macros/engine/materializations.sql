{#
    How a DuckDB file keeps a model: one statement, in one transaction.

    dbt-duckdb's own materializations serve every table format it knows: they build beside the table,
    rename twice, look for indexes, grants and foreign keys. None of ours has any. That was two
    thirds of a build's time, and a day's run costs a day's work.

    Files only ever grow old together: nobody reads the warehouse while it is built, and a build that
    fails is not published.
#}
{% materialization view, adapter='duckdb' -%}
    {%- set target = this.incorporate(type='view') -%}
    {%- do loupe.make_way_for(target) -%}
    {%- call statement('main') -%}
        create or replace view {{ target }} as (
            {{ compiled_code }}
        )
    {%- endcall -%}
    {%- do adapter.commit() -%}
    {{ return({'relations': [target]}) }}
{%- endmaterialization %}

{% materialization table, adapter='duckdb' -%}
    {%- set target = this.incorporate(type='table') -%}
    {%- do loupe.make_way_for(target) -%}
    {%- call statement('main') -%}
        {{ loupe.table_made_anew(target, compiled_code) }}
    {%- endcall -%}
    {%- do persist_docs(target, model) -%}
    {%- do adapter.commit() -%}
    {{ return({'relations': [target]}) }}
{%- endmaterialization %}

{% materialization incremental, adapter='duckdb' -%}
    {%- set target = this.incorporate(type='table') -%}
    {%- set known = load_cached_relation(this) -%}
    {%- if known is none or known.is_view or should_full_refresh() -%}
        {%- do loupe.make_way_for(target) -%}
        {%- call statement('main') -%}
            {{ loupe.table_made_anew(target, compiled_code) }}
        {%- endcall -%}
        {%- do persist_docs(target, model) -%}
    {%- else -%}
        {%- set arrived = make_temp_relation(target) -%}
        {%- do run_query('create or replace temporary table ' ~ arrived.identifier ~ ' as ' ~ compiled_code) -%}
        {%- set columns = loupe.columns_kept(arrived, target) -%}
        {%- set strategy = adapter.get_incremental_strategy_macro(
            context, config.get('incremental_strategy') or 'default'
        ) -%}
        {%- call statement('main') -%}
            {{ strategy({
                'target_relation': target,
                'temp_relation': arrived.include(database=false, schema=false),
                'unique_key': config.get('unique_key'),
                'dest_columns': columns,
                'incremental_predicates': none,
            }) }};
            drop table {{ arrived.identifier }}
        {%- endcall -%}
    {%- endif -%}
    {%- do adapter.commit() -%}
    {{ return({'relations': [target]}) }}
{%- endmaterialization %}

{# A model that was a view and is a table now, or the other way, leaves the other behind. #}
{% macro make_way_for(target) -%}
    {%- set known = load_cached_relation(target) -%}
    {%- if known is not none and known.type != target.type -%}
        {%- do adapter.drop_relation(known) -%}
    {%- endif -%}
{%- endmacro %}

{# The whole table in the types and the order of its contract, if it has one. #}
{% macro table_made_anew(target, query) -%}
    {%- if config.get('contract').enforced -%}
        {{ get_assert_columns_equivalent(query) }}
        create or replace table {{ target }} {{ get_table_columns_and_constraints() }};
        insert into {{ target }} {{ get_column_names() }}
        select {{ model.columns.values() | map(attribute='name') | join(', ') }} from (
            {{ query }}
        ) as model_subq
    {%- else -%}
        create or replace table {{ target }} as
            {{ query }}
    {%- endif -%}
{%- endmacro %}

{# The table's columns; a changed model is rebuilt whole, so what arrives must have the same. #}
{% macro columns_kept(arrived, target) -%}
    {%- set asked = (
        "select table_name = '" ~ arrived.identifier ~ "', column_name, data_type from duckdb_columns()"
        ~ " where (table_name = '" ~ arrived.identifier ~ "' and database_name = 'temp')"
        ~ " or (table_name = '" ~ target.identifier ~ "' and schema_name = '" ~ target.schema
        ~ "' and database_name = '" ~ target.database ~ "') order by column_index"
    ) -%}
    {%- set came, kept = [], [] -%}
    {%- for row in run_query(asked).rows -%}
        {%- do (came if row[0] else kept).append({'name': row[1], 'data_type': row[2]}) -%}
    {%- endfor -%}
    {%- if came | map(attribute='name') | sort != kept | map(attribute='name') | sort -%}
        {%- do exceptions.raise_compiler_error(
            'The columns of ' ~ target ~ ' changed under a table that stays: '
            ~ came | map(attribute='name') | join(', ')
        ) -%}
    {%- endif -%}
    {{- return(kept) -}}
{%- endmacro %}
