{#
    A line sent twice in one file counts once: the later one. Ends a select from `arrived`; the
    columns name a line.
#}
{% macro counted_once(columns) -%}
    qualify
        row_number() over (
            partition by arrived.{{ columns | join(', arrived.') }}
            order by arrived._batch_id desc, arrived._line_no desc, arrived._file_id asc
        ) = 1
{%- endmacro %}

{#
    A store-day that comes in parts can tell one line in two of them (a till's log sent again under
    another name): the later one counts, the other is marked. All of them stay in the table: a part
    that comes again without the line gives it back to the other. Parts that came before are
    therefore looked at again whenever another one of their store-day comes.

    `delivered` names what has come, the columns name a line.
#}
{% macro repeats_marked(delivered, columns) -%}
    {%- set told = '*' -%}
    {%- if is_incremental() -%}
        {%- set told = adapter.get_columns_in_relation(this) | map(attribute='name')
            | reject('equalto', 'is_repeated') | join(', ') -%}
    {%- endif -%}
    select
        *,
        row_number() over (
            partition by {{ columns | join(', ') }}
            order by _batch_id desc, _line_no desc, _file_id asc, _scope asc
        ) > 1 as is_repeated
    from (
        select {{ told }} from {{ delivered }}
        {%- if is_incremental() %}
        union all
        select kept.{{ told | replace(', ', ', kept.') }}
        from {{ this }} as kept
        inner join (
            select distinct store_id, business_date
            from current_scopes
            where scope_part is not null
        ) as parted
            on kept.store_id = parted.store_id
            and kept.business_date = parted.business_date
        left join current_scopes as replaced
            on kept.store_id = replaced.store_id
            and kept.business_date = replaced.business_date
            and (replaced.scope_part is null or kept._scope = replaced.scope)
        where replaced.scope is null
        {%- endif %}
    ) as beside
{%- endmacro %}

{# Of a table whose repeats are marked: the lines that count. #}
{% macro is_counted() -%}
    not coalesce(is_repeated, false)
{%- endmacro %}
