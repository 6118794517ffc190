{% macro insert_all(args) -%}
    {%- set columns = get_quoted_csv(args['dest_columns'] | map(attribute='name')) -%}
    insert into {{ args['target_relation'] }} ({{ columns }})
    select {{ columns }}
    from {{ args['temp_relation'] }}
{%- endmacro %}
