{#
    The measures of a count, or of a part of one, from its lines. Said once: a whole and its parts
    must mean the same. A rate is told only where all that was due was counted; the numbers it is
    made of always are.
#}
{% macro count_measures() %}
    {%- set compared = 'is_counted and (book_units <> 0 or counted_units <> 0)' -%}
    {%- set piece = 'is_serialized and ' ~ compared -%}
        count(case when is_due then 1 end) as lines_due,
        count(case when is_due and uncounted_units = 0 then 1 end) as lines_counted,
        count(case when {{ compared }} then 1 end) as lines_compared,
        count(case when {{ compared }} and variance_units = 0 then 1 end) as matched,
        count(case when variance_units < 0 then 1 end) as missing,
        count(case when variance_units > 0 then 1 end) as unexpected,
        count(case when {{ piece }} then 1 end) as pieces_compared,
        count(case when {{ piece }} and book_units > 0 then 1 end) as pieces_expected,
        count(case when {{ piece }} and counted_units > 0 then 1 end) as pieces_found,
        count(case when {{ piece }} and variance_units = 0 then 1 end) as pieces_matched,
        count(case when {{ piece }} and variance_units = 0 and book_zone is not null
            and zone is not null then 1 end) as pieces_located,
        count(case when {{ piece }} and variance_units = 0 and book_zone = zone then 1 end)
            as pieces_in_place,
        sum(case when is_counted then book_units else 0 end) as book_units,
        sum(coalesce(counted_units, 0)) as counted_units,
        sum(case when is_counted then coalesce(book_units * unit_cost, 0) else 0 end) as book_cost,
        sum(case when is_counted then coalesce(book_units * unit_retail_price, 0) else 0 end)
            as book_retail,
        count(case when variance_units <> 0 and unit_cost is null then 1 end) as lines_unvalued,
        sum(coalesce(variance_units, 0)) as net_variance_units,
        sum(coalesce(variance_cost, 0)) as net_variance_cost,
        sum(coalesce(variance_retail, 0)) as net_variance_retail,
        sum(abs(coalesce(variance_units, 0))) as absolute_variance_units,
        sum(abs(coalesce(variance_cost, 0))) as absolute_variance_cost,
        sum(abs(coalesce(variance_retail, 0))) as absolute_variance_retail
{%- endmacro %}

{# The columns made of these measures, of a relation that has them and says whether it is_told. #}
{% macro count_rates() %}
    {%- for column in [
        'lines_due', 'lines_counted', 'lines_compared', 'matched', 'missing', 'unexpected',
        'pieces_compared', 'pieces_expected', 'pieces_found', 'pieces_matched', 'pieces_located',
        'pieces_in_place', 'lines_unvalued',
    ] %}
        cast({{ column }} as bigint) as {{ column }},
    {%- endfor %}
        {{ loupe.count_rate('lines_counted', 'lines_due') }} as coverage,
    {%- for rate, part, whole in [
        ('serial_accuracy', 'pieces_matched', 'pieces_compared'),
        ('serial_recall', 'pieces_matched', 'pieces_expected'),
        ('serial_precision', 'pieces_matched', 'pieces_found'),
        ('line_accuracy', 'matched', 'lines_compared'),
        ('location_accuracy', 'pieces_in_place', 'pieces_located'),
        ('unit_accuracy', 'book_units - absolute_variance_units', 'book_units'),
        ('value_accuracy', 'book_cost - absolute_variance_cost', 'book_cost'),
    ] %}
        case when is_told then {{ loupe.count_rate(part, whole) }} end as {{ rate }},
    {%- endfor %}
    {%- for column in [
        'book_units', 'counted_units', 'net_variance_units', 'absolute_variance_units'
    ] %}
        cast({{ column }} as decimal(18, 3)) as {{ column }},
    {%- endfor %}
    {%- for column in [
        'book_cost', 'book_retail', 'net_variance_cost', 'net_variance_retail',
        'absolute_variance_cost', 'absolute_variance_retail',
    ] %}
        cast({{ column }} as decimal(18, 2)) as {{ column }}
        {{- ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{# A share to six digits; none of nothing, and none of a book that is below nought. #}
{% macro count_rate(part, whole) -%}
    cast(
        case when {{ whole }} > 0 then {{ loupe.share(part, whole) }} end as decimal(18, 6)
    )
{%- endmacro %}
