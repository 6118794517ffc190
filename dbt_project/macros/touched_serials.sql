{#
    The serial numbers whose story has to be told again: those that what arrived names, and those
    that what it replaces named, as the story `told` so far knows. A list of stores may move their
    clocks, which every story is told by, so that all of them are told again then; such lists are rare.
#}
{% macro touched_serials(told) %}
    {%- set keyed = {'consignments': 'consignment_id', 'repairs': 'repair_id'} %}
    select facts.serial_number
    from {{ ref('fct_stock_movements') }} as facts
    inner join {{ ref('int_touched_store_days') }} as touched
        on facts.store_id = touched.store_id and facts.business_date = touched.business_date
    union
    select facts.serial_number
    from {{ ref('fct_sales_lines') }} as facts
    inner join {{ ref('int_touched_store_days') }} as touched
        on facts.store_id = touched.store_id and facts.business_date = touched.business_date
    union
    select known.serial_number
    from {{ told }} as known
    inner join {{ ref('int_touched_store_days') }} as touched
        on known.store_id = touched.store_id and known.business_date = touched.business_date
    where known.source in ('stock_movements', 'sales_lines')
    union
    select facts.serial_number
    from {{ ref('fct_count_scans') }} as facts
    inner join {{ ref('stg_arrived_scopes') }} as arrived
        on arrived.dataset = 'count_scans' and facts.count_id = arrived.scope
    union
    select known.serial_number
    from {{ told }} as known
    inner join {{ ref('stg_arrived_scopes') }} as arrived
        on known.source = arrived.dataset and known.document_id = arrived.scope
    where known.source = 'count_scans'
    {%- for dataset, key in keyed.items() %}
    union
    select facts.serial_number
    from {{ ref('fct_' ~ dataset) }} as facts
    inner join {{ ref('stg_arrived_scopes') }} as arrived
        on arrived.dataset = '{{ dataset }}' and facts._batch_id = arrived._batch_id
    union
    select known.serial_number
    from {{ told }} as known
    inner join {{ ref('fct_' ~ dataset) }} as facts
        on known.source = '{{ dataset }}' and known.document_id = facts.{{ key }}
    inner join {{ ref('stg_arrived_scopes') }} as arrived
        on arrived.dataset = '{{ dataset }}' and facts._batch_id = arrived._batch_id
    {%- endfor %}
    union
    select facts.serial_number
    from {{ ref('fct_stock_positions') }} as facts
    inner join {{ loupe.reworked_stores() }} as stores
        on facts.store_id = stores.store_id
    where facts.from_date >= stores.rebuilt_from or facts.to_date >= stores.rebuilt_from
    union
    -- Still there on a new snapshot, and meanwhile seen in another store.
    select facts.serial_number
    from {{ ref('fct_stock_positions') }} as facts
    inner join {{ loupe.reworked_stores() }} as stores
        on facts.store_id = stores.store_id and facts.to_date is null
    inner join {{ ref('fct_stock_positions') }} as elsewhere
        on facts.serial_number = elsewhere.serial_number
        and facts.store_id <> elsewhere.store_id
        and elsewhere.from_date >= stores.rebuilt_from
    union
    select known.serial_number
    from {{ told }} as known
    inner join {{ loupe.reworked_stores() }} as stores
        on known.store_id = stores.store_id
    where known.source = 'stock_snapshots'
        and (known.business_date >= stores.rebuilt_from or known.until_on >= stores.rebuilt_from)
    union
    select known.serial_number
    from {{ told }} as known
    inner join {{ ref('stg_arrived_scopes') }} as arrived on arrived.dataset = 'stores'
{% endmacro %}

{# The stores with new snapshots, and the day from which their positions were worked out again. #}
{% macro reworked_stores() -%}
    (
        select store_id, max(rebuilt_from) as rebuilt_from
        from {{ ref('int_snapshot_days') }}
        group by store_id
    )
{%- endmacro %}

{#
    The rows of a fact that belong to serial numbers: on a full build all of them, otherwise those
    of the step `touched_serials` of the model.
#}
{% macro of_touched_serials(whole) %}
    {%- if is_incremental() -%}
    (
        select everything.*
        from {{ whole }} as everything
        inner join touched_serials on everything.serial_number = touched_serials.serial_number
    )
    {%- else -%}
    {{ whole }}
    {%- endif -%}
{% endmacro %}
