{#
    Seeds as literals. dbt-spark binds values in its session mode by pasting them between quotes: an
    empty cell became the word None, and an apostrophe ended the statement.
#}
{% macro spark__load_csv_rows(model, agate_table) %}
    {%- set types = model.config.get('column_types', {}) -%}
    {%- set rows -%}
        {%- for row in agate_table.rows %}
        ({%- for cell in row -%}
            {%- set column = agate_table.column_names[loop.index0] -%}
            cast({{ loupe.spark_literal(cell) }} as {{ types.get(column, 'string') }})
            {{- ', ' if not loop.last }}
        {%- endfor -%})
        {{- ',' if not loop.last }}
        {%- endfor %}
    {%- endset -%}
    {%- set statement = 'insert into ' ~ this.render() ~ ' values ' ~ rows -%}
    {%- if agate_table.rows | length > 0 -%}
        {%- do run_query(statement) -%}
    {%- endif -%}
    {{- return(statement) -}}
{% endmacro %}

{% macro spark_literal(cell) -%}
    {%- if cell is none -%}
        null
    {%- else -%}
        '{{ cell | string | replace("\\", "\\\\") | replace("'", "\\'") }}'
    {%- endif -%}
{%- endmacro %}
