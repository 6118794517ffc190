{#
    A share, rounded half up to so many digits, in steps that come out the same on every engine: a
    quotient of decimals is a double on one and a decimal on another, and doubles round differently.
#}
{% macro share(part, whole, digits=6) -%}
    floor(cast({{ part }} as double) * 1e{{ digits }} / cast({{ whole }} as double) + 0.5) / 1e{{ digits }}
{%- endmacro %}

{# part × numerator ÷ denominator to the cent, in the same steps. #}
{% macro prorated(part, numerator, denominator) -%}
    {%- set cents = 'cast(' ~ part ~ ' as double) * cast(' ~ numerator ~ ' as double) * 100' -%}
    cast(floor({{ cents }} / cast({{ denominator }} as double) + 0.5) * 0.01 as decimal(18, 2))
{%- endmacro %}

{# Whole percent off a price, rounded down. #}
{% macro percent_off(gross, net) -%}
    {%- set off = 'cast(' ~ gross ~ ' - ' ~ net ~ ' as double) * 100' -%}
    cast(floor({{ off }} / cast({{ gross }} as double)) as integer)
{%- endmacro %}
