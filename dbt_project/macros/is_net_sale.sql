{# The lines net sales are made of. Said once: facts and restatements must mean the same. #}
{% macro is_completed_line() -%}
    (transaction_status = 'completed' and not coalesce(is_voided_line, false))
{%- endmacro %}

{% macro is_net_sale() -%}
    ({{ loupe.is_completed_line() }} and line_type = 'merchandise')
{%- endmacro %}

{# A sold line gives goods away; a line without units follows the sign of its money. #}
{% macro is_return() -%}
    (quantity < 0 or (quantity = 0 and net_amount < 0))
{%- endmacro %}
