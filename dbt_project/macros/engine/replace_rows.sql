{#
    How an incremental model changes its table: the rows of `kept` that meet a row of `replaced`
    under the condition `matches` go, and all that was worked out anew comes.

    args: what dbt hands an incremental strategy. replaced: a select. matches: a condition on the
    aliases kept and replaced. by_date: whether `replaced` itself names the dates it is about.
#}
{% macro replace_rows(args, replaced, matches, by_date=false) -%}
    {{ return(adapter.dispatch('replace_rows', 'loupe')(args, replaced, matches, by_date)) }}
{%- endmacro %}

{% macro default__replace_rows(args, replaced, matches, by_date) -%}
    {%- set columns = get_quoted_csv(args['dest_columns'] | map(attribute='name')) -%}
    delete from {{ args['target_relation'] }} as kept
    using (
        {{ replaced }}
    ) as replaced
    where {{ matches }};

    insert into {{ args['target_relation'] }} ({{ columns }})
    select {{ columns }}
    from {{ args['temp_relation'] }}
{%- endmacro %}

{#
    Spark cannot delete from plain Parquet tables. The parts of the table that hold such rows are
    written anew: what stays of them, and what came. A table without partitions is one part.

    Killed in between, the table is half old and half new, or gone. The batches are still pending
    then: the next build replaces the same rows again, or makes the table from the whole lake.
#}
{% macro spark__replace_rows(args, replaced, matches, by_date) -%}
    {%- set part = config.get('partition_by') -%}
    {%- if part -%}
        {{- return(loupe.spark_rewrite_parts(args, replaced, matches, part, by_date)) -}}
    {%- endif -%}
    {{- return(loupe.spark_rewrite_table(args, replaced, matches)) -}}
{%- endmacro %}

{% macro spark_rewrite_table(args, replaced, matches) -%}
    {%- set target = args['target_relation'] -%}
    {%- set fresh = loupe.spark_beside(target, '__fresh') -%}
    {%- do run_query(create_table_as(False, fresh, loupe.spark_rows_after(args, replaced, matches))) -%}
    {%- do adapter.drop_relation(target) -%}
    {%- do adapter.rename_relation(fresh, target) -%}
    {{- return('select 1') -}}
{%- endmacro %}

{#
    Overwriting leaves the partitions alone that get no row, so those that have none left are
    dropped. The partition column is written last: Spark keeps it there. Where what is replaced
    does not tell its dates, the table is asked for them.
#}
{% macro spark_rewrite_parts(args, replaced, matches, part, by_date) -%}
    {%- set target = args['target_relation'] -%}
    {%- set arrived = args['temp_relation'] -%}
    {%- set parts -%}
        select distinct {{ part }} as part from {{ arrived }}
        union
        {%- if by_date %}
        select distinct {{ part }} as part from ({{ replaced }}) as replaced
        {%- else %}
        select distinct kept.{{ part }} as part
        from {{ target }} as kept
        left semi join ({{ replaced }}) as replaced on {{ matches }}
        {%- endif %}
    {%- endset -%}
    {%- set touched = loupe.spark_values(parts) -%}
    {%- if touched -%}
        {%- set rows = loupe.spark_rows_after(
            args, replaced, matches, 'where kept.' ~ part ~ ' in (' ~ touched | join(', ') ~ ')'
        ) -%}
        {%- set filled = loupe.spark_values(
            'select distinct ' ~ part ~ ' as part from (' ~ rows ~ ') as fresh'
        ) -%}
        {%- for value in touched if value not in filled -%}
            {%- do run_query(
                'alter table ' ~ target ~ ' drop if exists partition (' ~ part ~ ' = ' ~ value ~ ')'
            ) -%}
        {%- endfor -%}
        {%- do run_query(
            'insert overwrite table ' ~ target ~ ' partition (' ~ part ~ ') '
            ~ rows ~ ' distribute by ' ~ part
        ) -%}
    {%- endif -%}
    {{- return('select 1') -}}
{%- endmacro %}

{# What the table, or the parts of it that `among` leaves, holds afterwards. #}
{% macro spark_rows_after(args, replaced, matches, among='') -%}
    {%- set columns = adapter.get_columns_in_relation(args['target_relation'])
        | map(attribute='name') | list -%}
    select {{ columns | join(', ') }}
    from (
        select kept.{{ columns | join(', kept.') }}
        from {{ args['target_relation'] }} as kept
        left anti join (
            {{ replaced }}
        ) as replaced on {{ matches }}
        {{ among }}
        union all
        select {{ columns | join(', ') }}
        from {{ args['temp_relation'] }}
    ) as fresh
{%- endmacro %}

{# The values of the column `part` of a query, as literals. #}
{% macro spark_values(query) -%}
    {%- set values = [] -%}
    {%- for row in run_query(query).rows if row[0] is not none -%}
        {%- set literal = loupe.spark_literal(row[0]) -%}
        {%- do values.append(literal) -%}
    {%- endfor -%}
    {{- return(values) -}}
{%- endmacro %}

{# A table beside the one named, in its schema; what an earlier run left there is gone. #}
{% macro spark_beside(relation, suffix) -%}
    {%- set beside = api.Relation.create(
        schema=relation.schema, identifier=relation.identifier ~ suffix, type='table'
    ) -%}
    {%- do adapter.drop_relation(beside) -%}
    {{- return(beside) -}}
{%- endmacro %}
