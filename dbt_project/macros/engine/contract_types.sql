{#
    The empty table a mart's contract is compared with. Contracts say `varchar`, as every reader of
    the published file does; Spark takes that word only with a length, and calls the type string.
#}
{% macro spark__get_empty_schema_sql(columns) -%}
    select
    {%- for column in columns.values() %}
        cast(null as {{ loupe.spark_type(column.data_type) }}) as {{ column.name }}
        {{- ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{% macro spark_type(data_type) -%}
    {{- return({'varchar': 'string', 'timestamp': 'timestamp_ntz'}.get(data_type, data_type)) -}}
{%- endmacro %}
