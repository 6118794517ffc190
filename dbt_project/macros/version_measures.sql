{#
    What a version of a store-day came to, by dataset: measure and formula over its rows. Said once:
    a file that comes again and a correction are compared by the same measures.
#}
{% macro version_measures() %}
    {{- return({
        'sales_lines': {
            'net_sales': "sum(case when " ~ loupe.is_net_sale() ~ " then net_amount else 0 end)",
            'units': "sum(case when " ~ loupe.is_net_sale() ~ " then quantity else 0 end)",
            'transactions': "count(distinct case when " ~ loupe.is_net_sale() ~ " and not "
                ~ loupe.is_return() ~ " then transaction_id end)",
        },
        'tenders': {'tender_total': "sum(tender_amount - coalesce(change_amount, 0))"},
        'till_closings': {'declared_amount': "sum(declared_amount)"},
        'stock_snapshots': {'stock_units': "sum(quantity)"},
        'stock_movements': {'movement_units': "sum(quantity)"},
        'store_traffic': {'visitors': "sum(visitors)"},
    }) -}}
{% endmacro %}
