{{ config(incremental_strategy='replace_keys', unique_key='_batch_id') }}

{%- set measures = loupe.version_measures() %}

{% for dataset in measures %}
{%- for measure, formula in measures[dataset].items() %}
{{- "union all\n" if not (loop.first and dataset == 'sales_lines') }}
select
    '{{ dataset }}' as dataset,
    _scope as scope,
    _file_id as file_id,
    _batch_id,
    '{{ measure }}' as measure,
    cast({{ formula }} as decimal(18, 3)) as measure_value
from {{ arrived(dataset) }}
group by _scope, _file_id, _batch_id
{% endfor %}
{%- endfor %}
