{{ config(incremental_strategy='delete+insert', unique_key='_batch_id') }}

{%- set measures = {
    'sales_lines': {
        'net_sales': "sum(case when " ~ is_net_sale() ~ " then net_amount else 0 end)",
        'units': "sum(case when " ~ is_net_sale() ~ " then quantity else 0 end)",
        'transactions': "count(distinct case when " ~ is_net_sale() ~ " and not "
            ~ is_return() ~ " then transaction_id end)",
    },
    'tenders': {'tender_total': "sum(tender_amount - coalesce(change_amount, 0))"},
    'till_closings': {'declared_amount': "sum(declared_amount)"},
    'stock_snapshots': {'stock_units': "sum(quantity)"},
    'stock_movements': {'movement_units': "sum(quantity)"},
    'store_traffic': {'visitors': "sum(visitors)"},
} %}

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
