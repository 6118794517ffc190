{{ config(materialized='table') }}

{%- set rows = {
    'sales_lines': [
        'transaction_id', 'transaction_status', 'line_type', 'is_voided_line', 'quantity',
        'net_amount',
    ],
    'tenders': ['tender_amount', 'change_amount'],
    'till_closings': ['declared_amount'],
} %}

with states as (

    select * from {{ ref('int_correction_states') }}

),

cells as (

    select * from {{ ref('int_correction_state_cells') }}

),

{% for dataset, columns in rows.items() -%}
corrected_{{ dataset }} as (

    select
        states.scope,
        states.file_id,
        states._batch_id,
        states.state_no,
        {{- loupe.as_corrected(dataset, columns) }}
    from {{ ref('stg_corrected_' ~ dataset) }} as lines
    inner join states
        on states.dataset = '{{ dataset }}'
        and lines._scope = states.scope
        and lines._file_id = states.file_id
        and lines._batch_id = states._batch_id
    left join cells
        on cells.dataset = '{{ dataset }}'
        and states.scope = cells.scope
        and states.file_id = cells.file_id
        and states._batch_id = cells._batch_id
        and states.state_no = cells.state_no
        and {{ loupe.row_key(dataset, 'lines') }} = cells.row_key
    union all
    select
        _scope as scope,
        _file_id as file_id,
        _batch_id,
        -1 as state_no,
        {{ columns | join(', ') }}
    from {{ ref('stg_corrected_' ~ dataset) }}

),

{% endfor -%}
measured as (

    {% for dataset in rows -%}
    {%- set last_dataset = loop.last -%}
    {%- for measure, formula in loupe.version_measures()[dataset].items() %}
    select
        '{{ dataset }}' as dataset,
        scope,
        file_id,
        _batch_id,
        state_no,
        '{{ measure }}' as measure,
        cast({{ formula }} as decimal(18, 3)) as measure_value
    from corrected_{{ dataset }}
    group by scope, file_id, _batch_id, state_no
    {%- if not (loop.last and last_dataset) %}
    union all
    {%- endif -%}
    {%- endfor -%}
    {%- endfor %}

),

-- What the corrections of a state add to what its file says.
effects as (

    select
        state.dataset,
        state.scope,
        state.file_id,
        state._batch_id,
        state.state_no,
        state.measure,
        cast(state.measure_value - plain.measure_value as decimal(18, 3)) as effect
    from measured as state
    inner join measured as plain
        on state.dataset = plain.dataset
        and state.scope = plain.scope
        and state.file_id = plain.file_id
        and state._batch_id = plain._batch_id
        and state.measure = plain.measure
    where state.state_no >= 0 and plain.state_no = -1

),

final as (

    select
        effects.*,
        states.known_from,
        states.decision_id,
        lag(effects.effect) over (
            partition by
                effects.dataset,
                effects.scope,
                effects.file_id,
                effects._batch_id,
                effects.measure
            order by effects.state_no
        ) as previous_effect,
        lead(states.known_from) over (
            partition by
                effects.dataset,
                effects.scope,
                effects.file_id,
                effects._batch_id,
                effects.measure
            order by effects.state_no
        ) as next_known_from
    from effects
    inner join states
        on effects.dataset = states.dataset
        and effects.scope = states.scope
        and effects.file_id = states.file_id
        and effects._batch_id = states._batch_id
        and effects.state_no = states.state_no

)

select * from final
