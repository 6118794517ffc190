{#
    What a correction may change: dataset, column, type, and what the contract allows. Nothing that
    places a row (store, day, till, receipt, number) is here: a row in the wrong place is exported
    again. A new rule is a new version, valid from a day on.
#}
{% macro correctable_columns() %}
    {%- set money = 'decimal(18, 2)' -%}
    {%- set tender_types = [
        'cash', 'check', 'cashiers_check', 'money_order', 'bank_draft', 'travelers_check', 'card',
        'wire', 'gift_card', 'store_credit', 'account', 'deposit_applied', 'other'
    ] -%}
    {%- set columns = {
        'sales_lines': [
            ('quantity', 'decimal(18, 3)', true, none),
            ('regular_unit_price', 'decimal(18, 4)', false, none),
            ('discount_amount', money, false, none),
            ('net_amount', money, true, none),
            ('tax_amount', money, true, none),
            ('is_voided_line', 'boolean', false, none),
            ('item_id', 'string', false, none),
            ('serial_number', 'string', false, none),
            ('discount_reason', 'string', false, none),
            ('sales_associate_id', 'string', false, none),
            ('client_id', 'string', false, none),
            ('ship_to_state', 'string', false, none),
            ('tax_exemption_reference', 'string', false, none),
            ('original_transaction_id', 'string', false, none),
            ('return_reason', 'string', false, none),
        ],
        'tenders': [
            ('tender_type', 'string', true, tender_types),
            ('tender_amount', money, true, none),
            ('change_amount', money, false, none),
            ('client_id', 'string', false, none),
            ('card_last_four', 'string', false, none),
            ('authorization_code', 'string', false, none),
        ],
        'till_closings': [
            ('opening_float', money, false, none),
            ('declared_amount', money, true, none),
            ('counted_amount', money, false, none),
            ('paid_in', money, false, none),
            ('paid_out', money, false, none),
            ('banked_amount', money, false, none),
        ],
    } -%}
    {%- set told = [] -%}
    {%- for dataset, listed in columns.items() -%}
        {%- for name, data_type, required, one_of in listed -%}
            {%- do told.append({
                'dataset': dataset, 'name': name, 'data_type': data_type, 'required': required,
                'one_of': one_of, 'version': 1, 'valid_from': '2000-01-01',
            }) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{- return(told) -}}
{% endmacro %}

{# The columns that name a row of a dataset, in the contract's order, after its store and day. #}
{% macro row_key_columns(dataset) %}
    {{- return({
        'sales_lines': ['transaction_id', 'line_number'],
        'tenders': ['transaction_id', 'tender_number'],
        'till_closings': ['store_id', 'register_id', 'z_number', 'tender_type'],
    }[dataset]) -}}
{% endmacro %}

{# A row as a decision names it: dataset and key, joined by bars. #}
{% macro row_key(dataset, alias) -%}
    '{{ dataset }}'
    {%- for column in loupe.row_key_columns(dataset) %} || '|' || cast({{ alias }}.{{ column }} as string)
    {%- endfor -%}
{%- endmacro %}

{# Whether a proposed value can stand in its column; it is a text. #}
{% macro is_usable_correction() -%}
    case
        {%- for column in loupe.correctable_columns() %}
        when dataset = '{{ column.dataset }}' and column_name = '{{ column.name }}'
            and business_date >= date '{{ column.valid_from }}'
            then {{ 'new_value is not null' if column.required else 'true' }}
            {%- if column.one_of %}
                and new_value in ('{{ column.one_of | join("', '") }}')
            {%- elif column.data_type == 'boolean' %}
                and coalesce(new_value in ('true', 'false'), true)
            {%- elif column.data_type != 'string' %}
                and (new_value is null or try_cast(new_value as {{ column.data_type }}) is not null)
            {%- endif %}
        {%- endfor %}
        else false
    end
{%- endmacro %}

{# One row of many corrections of one row: has_<column> and <column>, as text. #}
{% macro correction_cells(alias) -%}
    {%- set names = loupe.correctable_columns() | map(attribute='name') | unique | list -%}
    {%- for name in names %}
    coalesce(bool_or({{ alias }}.column_name = '{{ name }}'), false) as has_{{ name }},
    max(case when {{ alias }}.column_name = '{{ name }}' then {{ alias }}.new_value end)
        as {{ name }}
    {{- ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{# Columns of `lines` as corrected by `cells`, which may not be there for most of them. #}
{% macro as_corrected(dataset, columns) -%}
    {%- set types = {} -%}
    {%- for column in loupe.correctable_columns() if column.dataset == dataset -%}
        {%- do types.update({column.name: column.data_type}) -%}
    {%- endfor -%}
    {%- for name in columns %}
    {%- if name not in types %}
    lines.{{ name }}
    {%- else %}
    case
        when cells.has_{{ name }}
            then {{ 'cells.' ~ name if types[name] == 'string'
                else 'cast(cells.' ~ name ~ ' as ' ~ types[name] ~ ')' }}
        else lines.{{ name }}
    end as {{ name }}
    {%- endif -%}
    {{- ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{#
    Every version of the rows of the store-days that a correction was proposed for, replaced
    versions too: what a correction came to is told even after a re-export. Ends in a select of
    `columns`, for a model that is incremental by `_file_id` and `_batch_id`.

    The whole lake is read only in a run that brings a correction; any other asks the new batches.
#}
{% macro versions_of_corrected_rows(dataset, columns) -%}
    {%- set whole = source('raw', dataset) -%}
    {%- set rows = loupe.arrived(dataset) -%}
    {%- if rows.schema != whole.schema and loupe.corrections_arrived() -%}
        {%- set rows = whole -%}
    {%- endif -%}
with corrected as (

    select distinct file_id, store_id, business_date
    from {{ ref('stg_decisions') }}
    where kind = 'correction' and dataset = '{{ dataset }}'

),

arrived as (

    select arrived.*
    from {{ rows }} as arrived
    inner join corrected
        on arrived._file_id = corrected.file_id
        and arrived.store_id = corrected.store_id
        and arrived.business_date = corrected.business_date

),

final as (

    select
        arrived.{{ columns | join(',\n        arrived.') }},
        arrived.store_id,
        arrived.business_date,
        arrived._file_id,
        arrived._batch_id,
        arrived._scope
    from arrived
    {{ loupe.counted_once(
        ['_batch_id', '_file_id', 'store_id', 'business_date']
        + (loupe.row_key_columns(dataset) | reject('equalto', 'store_id') | list)
    ) }}

)

select * from final
{%- endmacro %}

{# Whether the batches not built yet bring a proposed correction. #}
{% macro corrections_arrived() -%}
    {%- if not execute -%}
        {{- return(false) -}}
    {%- endif -%}
    {%- set pending = source('lake', 'decisions').incorporate(path={'schema': 'pending'}) -%}
    {%- set found = run_query(
        "select count(*) as corrections from " ~ pending ~ " where kind = 'correction'"
    ) -%}
    {{- return(found.columns[0].values()[0] > 0) -}}
{%- endmacro %}
