{#
    The cost of one unit on a stock row: what the row says, else what the item list says, if that is
    in the store's currency. A cost in another currency is no cost of this stock.
#}
{% macro cost_known(row, items, stores) -%}
    coalesce(
        {{ row }}.unit_cost,
        case
            when coalesce({{ items }}.currency, {{ stores }}.currency, '')
                = coalesce({{ stores }}.currency, {{ items }}.currency, '')
                then {{ items }}.unit_cost
        end
    )
{%- endmacro %}

{#
    The lines of a roll-forward in their order: column, movement type, and 1 where what moves is
    added to the opening stock or -1 where it is taken off (and shown as a positive figure).
#}
{% macro stock_flows() %}
    {{- return([
        ('receipts', 'receipt', 1),
        ('transfers_in', 'transfer_in', 1),
        ('sale_returns', 'sale_return', 1),
        ('consignment_returns', 'consignment_return', 1),
        ('repair_returns', 'repair_return', 1),
        ('sales', 'sale', -1),
        ('transfers_out', 'transfer_out', -1),
        ('returns_to_hq', 'return_to_hq', -1),
        ('write_offs', 'write_off', -1),
        ('consignments_out', 'consignment_out', -1),
        ('repairs_out', 'repair_out', -1),
        ('adjustments', 'adjustment', 1),
        ('count_adjustments', 'count_adjustment', 1),
        ('reclasses', 'reclass', 1),
    ]) -}}
{% endmacro %}

{# Sums of stock_changes by line, units and cost: receipts, receipts_cost, and so on. #}
{% macro stock_flow_sums() -%}
    {%- for column, movement_type, sign in loupe.stock_flows() %}
    {{ loupe.stock_sum(movement_type, 'units', sign) }} as {{ column }},
    {{ loupe.stock_sum(movement_type, 'cost', sign) }} as {{ column }}_cost
    {{- ',' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{# The sum of one kind of change; `measure` is units or cost. #}
{% macro stock_sum(change_type, measure, sign=1) -%}
    coalesce(
        sum(case when change_type = '{{ change_type }}' then {{ '-' if sign < 0 }}{{ measure }} end), 0
    )
{%- endmacro %}

{# Those sums, once they stand in a table, in the types of the contract. #}
{% macro stock_flow_columns(alias) -%}
    {%- for column, movement_type, sign in loupe.stock_flows() %}
    cast(coalesce({{ alias }}.{{ column }}, 0) as decimal(18, 3)) as {{ column }},
    cast(coalesce({{ alias }}.{{ column }}_cost, 0) as decimal(18, 4)) as {{ column }}_cost
    {{- ',' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{#
    Opening, expected closing, closing and residual of a period. `carried` knows what there is at the
    end of it, `changes` the sums of what happened in it; without a row nothing did.
#}
{% macro opening_and_closing(carried, changes) -%}
    {%- for measure, data_type in [('units', 'decimal(18, 3)'), ('cost', 'decimal(18, 4)')] %}
    {%- set closing = carried ~ '.closing_' ~ measure -%}
    {%- set residual = 'coalesce(' ~ changes ~ '.residual_' ~ measure ~ ', 0)' %}
    cast(
        {{ closing }} - coalesce({{ changes }}.{{ measure }}, 0)
        + coalesce({{ changes }}.begun_{{ measure }}, 0) as {{ data_type }}
    ) as opening_{{ measure }},
    cast({{ closing }} - {{ residual }} as {{ data_type }}) as expected_closing_{{ measure }},
    cast({{ closing }} as {{ data_type }}) as closing_{{ measure }},
    cast({{ residual }} as {{ data_type }}) as residual_{{ measure }}
    {{- ',' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{# "NYC on 2025-03-01", of an event of a piece. #}
{% macro where_and_when(event) -%}
    {{ event }}.store_id || ' on ' || cast({{ event }}.business_date as string)
{%- endmacro %}

{# What an event was, in words: "transfer out", "sale line". #}
{% macro what_happened(event) -%}
    replace({{ event }}.event_type, '_', ' ')
{%- endmacro %}
