{# Before a build: the lake as the engine sees it, and which batches it has not built yet. #}
{% macro before_build() -%}
    {{ return(adapter.dispatch('before_build', 'loupe')()) }}
{%- endmacro %}

{% macro default__before_build() -%}
    {{- return('') -}}
{%- endmacro %}

{#
    A DuckDB warehouse is one file, and pipelines/build/views.py lays its views before dbt opens it.
    A cluster is only reached through dbt's connection, so there the same is done here, in its SQL:
    `raw` shows every batch, `pending` those not built yet, both straight over the lake's Parquet.
#}
{% macro spark__before_build() -%}
    {%- if not execute -%}
        {{- return('') -}}
    {%- endif -%}
    {%- do loupe.settle_session() -%}
    {%- for schema in ('raw', 'pending', 'ops') -%}
        {%- do run_query('create schema if not exists ' ~ schema) -%}
    {%- endfor -%}
    {%- for table in ('built', 'pending') -%}
        {%- do run_query(
            'create table if not exists ops.' ~ table ~ ' (kind string, name string) using parquet'
        ) -%}
    {%- endfor -%}
    {%- if flags.FULL_REFRESH -%}
        {%- do run_query('truncate table ops.built') -%}
    {%- endif -%}
    {%- set sources = graph.sources.values() | selectattr('schema', 'equalto', 'raw') | list -%}
    {%- for source in sources if source.name != 'clock' -%}
        {%- do loupe.spark_lay(source) -%}
    {%- endfor -%}
    {%- set pending = {
        'batches': loupe.spark_not_built(
            'batches',
            '(select _batch_id from raw.files union select _batch_id from raw.decisions) as books',
            '_batch_id'
        ),
        'runs': loupe.spark_not_built('runs', 'raw.runs', 'run_id'),
    } -%}
    {%- for source in sources if source.name != 'clock' -%}
        {%- do loupe.spark_lay_pending(source.name, pending[loupe.lake_folder(source.name)]) -%}
    {%- endfor -%}
    {%- do loupe.spark_set_clock() -%}
    {%- do loupe.spark_note_pending(pending) -%}
    {{- return('') -}}
{%- endmacro %}

{# After a build: what was pending has been built. #}
{% macro after_build() -%}
    {{ return(adapter.dispatch('after_build', 'loupe')()) }}
{%- endmacro %}

{% macro default__after_build() -%}
    {{- return('') -}}
{%- endmacro %}

{# Only a whole build without a fault has built what was pending; anything else repeats it. #}
{% macro spark__after_build() -%}
    {%- set faults = results | selectattr('status', 'in', ['error', 'fail', 'runtime error', 'skipped'])
        | list -%}
    {%- set whole = flags.WHICH in ('build', 'run')
        and not invocation_args_dict.get('select') and not invocation_args_dict.get('exclude') -%}
    {%- if execute and whole and not faults -%}
        {%- do run_query('insert into ops.built select kind, name from ops.pending') -%}
    {%- endif -%}
    {{- return('') -}}
{%- endmacro %}

{# Which folder of the lake, and which file in each of its folders, hold a table. #}
{% macro lake_folder(table) -%}
    {{- return('runs' if table in ('runs', 'check_results') else 'batches') -}}
{%- endmacro %}

{% macro lake_file(table) -%}
    {{- return({'runs': 'run'}.get(table, table) ~ '.parquet') -}}
{%- endmacro %}

{#
    One table over the files of its name in all folders. Its columns are the contract's, so that
    nothing is opened to find them out; a file written before a column was added has nulls there.
    The path names an existing folder and the file's name is a filter: of a pattern in the path,
    Spark makes a folder of that name in the lake.
#}
{% macro spark_lay(source) -%}
    {%- set columns = [] -%}
    {%- for column in source.columns.values() -%}
        {%- do columns.append(column.name ~ ' ' ~ loupe.spark_type(column.data_type)) -%}
    {%- endfor -%}
    {%- if source.source_name == 'raw' -%}
        {%- do columns.extend(
            ['_file_id string', '_line_no bigint', '_batch_id string', '_scope string']
        ) -%}
    {%- endif -%}
    {%- set folder = env_var('LOUPE_LAKE') ~ '/' ~ loupe.lake_folder(source.name) -%}
    {%- do run_query('drop table if exists raw.' ~ source.name) -%}
    {%- do run_query(
        'create table raw.' ~ source.name ~ ' (' ~ columns | join(', ') ~ ') using parquet'
        ~ ' options (path ' ~ loupe.spark_literal(folder) ~ ", recursiveFileLookup 'true',"
        ~ " pathGlobFilter '" ~ loupe.lake_file(source.name) ~ "')"
    ) -%}
{%- endmacro %}

{# The same, of the folders named only: Spark opens no file that its path rules out. #}
{% macro spark_lay_pending(table, folders) -%}
    {%- set named = "_metadata.file_path rlike '/(" ~ folders | join('|') ~ ")/'" -%}
    {%- do run_query(
        'create or replace view pending.' ~ table ~ ' as select * from raw.' ~ table
        ~ ' where ' ~ (named if folders else 'false')
    ) -%}
{%- endmacro %}

{% macro spark_not_built(kind, table, name) -%}
    {%- set rows = run_query(
        'select distinct ' ~ name ~ ' as name from ' ~ table
        ~ " where " ~ name ~ " not in (select name from ops.built where kind = '" ~ kind ~ "')"
        ~ ' order by name'
    ) -%}
    {{- return(rows.columns[0].values() | list) -}}
{%- endmacro %}

{% macro spark_set_clock() -%}
    {%- for schema in ('raw', 'pending') -%}
        {%- do run_query(
            'create or replace view ' ~ schema ~ '.clock as select '
            ~ loupe.spark_literal(env_var('LOUPE_RUN_ID', 'by_hand')) ~ ' as run_id, '
            ~ 'cast(' ~ loupe.spark_literal(env_var('LOUPE_RUN_AT', run_started_at | string))
            ~ ' as timestamp_ntz) as run_at'
        ) -%}
    {%- endfor -%}
{%- endmacro %}

{% macro spark_note_pending(pending) -%}
    {%- do run_query('truncate table ops.pending') -%}
    {%- set rows = [] -%}
    {%- for kind, names in pending.items() -%}
        {%- for name in names -%}
            {%- do rows.append("('" ~ kind ~ "', '" ~ name ~ "')") -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- if rows -%}
        {%- do run_query('insert into ops.pending values ' ~ rows | join(', ')) -%}
    {%- endif -%}
{%- endmacro %}
