{%- for column in loupe.correctable_columns() %}
select
    '{{ column.dataset }}' as dataset,
    '{{ column.name }}' as column_name,
    '{{ column.data_type }}' as data_type,
    {{ 'true' if column.required else 'false' }} as is_required,
    {% if column.one_of -%}
        '{{ column.one_of | join(', ') }}'
    {%- else -%}
        cast(null as string)
    {%- endif %} as one_of,
    '{{ loupe.row_key_columns(column.dataset) | join(', ') }}' as row_key_columns,
    {{ column.version }} as version,
    date '{{ column.valid_from }}' as valid_from
{%- if not loop.last %}
union all
{%- endif -%}
{%- endfor %}
