{# Before each model: what the engine's session must be told so that SQL means what it should. #}
{% macro settle_session() -%}
    {{ return(adapter.dispatch('settle_session', 'loupe')()) }}
{%- endmacro %}

{% macro default__settle_session() -%}
    {{- return('') -}}
{%- endmacro %}

{#
    By statement, in every connection: a Thrift server takes no notice of a profile's
    server_side_parameters, and dbt opens a session a thread there.

    The zone, because the lake's timestamps are UTC without one. The type, because `timestamp` is
    otherwise one with a zone. Overwriting, because a day is replaced and not the table. Not ANSI,
    because that is how dbt-spark runs wherever it can choose.
#}
{% macro spark__settle_session() -%}
    {%- if execute -%}
        {%- for setting in (
            'spark.sql.session.timeZone=UTC',
            'spark.sql.timestampType=TIMESTAMP_NTZ',
            'spark.sql.sources.partitionOverwriteMode=dynamic',
            'spark.sql.ansi.enabled=false',
        ) -%}
            {%- do run_query('set ' ~ setting) -%}
        {%- endfor -%}
    {%- endif -%}
    {{- return('') -}}
{%- endmacro %}
