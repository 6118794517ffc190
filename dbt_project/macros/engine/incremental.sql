{#
    dbt-spark's own incremental materialization knows append, merge and overwrite, and merge only on
    other table formats. This one hands our strategies the rows in a table of their own: a view
    would be worked out again each time it is looked at, and may read the table it goes into.
#}
{% materialization incremental, adapter='spark' -%}
    {%- set target = this.incorporate(type='table') -%}
    {%- set known = load_cached_relation(this) -%}
    {{ run_hooks(pre_hooks) }}
    {%- if known is none or should_full_refresh() or not known.is_table -%}
        {%- if known is not none -%}
            {%- do adapter.drop_relation(known) -%}
        {%- endif -%}
        {%- call statement('main') -%}
            {{ create_table_as(False, target, loupe.spark_gathered(compiled_code)) }}
        {%- endcall -%}
        {%- do persist_docs(target, model) -%}
    {%- else -%}
        {%- set arrived = loupe.spark_beside(this, '__arrived') -%}
        {%- do run_query('create table ' ~ arrived ~ ' using parquet as ' ~ compiled_code) -%}
        {%- do process_schema_changes(config.get('on_schema_change'), arrived, target) -%}
        {%- set strategy = adapter.get_incremental_strategy_macro(
            context, config.get('incremental_strategy')
        ) -%}
        {%- call statement('main') -%}
            {{ strategy({
                'target_relation': target,
                'temp_relation': arrived,
                'unique_key': config.get('unique_key'),
                'dest_columns': adapter.get_columns_in_relation(target),
                'incremental_predicates': none,
            }) }}
        {%- endcall -%}
        {%- do adapter.drop_relation(arrived) -%}
    {%- endif -%}
    {{ run_hooks(post_hooks) }}
    {{ return({'relations': [target]}) }}
{%- endmaterialization %}

{# The rows of one partition together: otherwise every task writes a file into every partition. #}
{% macro spark_gathered(query) -%}
    {%- set part = config.get('partition_by') -%}
    {%- if part -%}
        select /*+ rebalance({{ part }}) */ * from (
            {{ query }}
        ) as whole
    {%- else -%}
        {{ query }}
    {%- endif -%}
{%- endmacro %}
