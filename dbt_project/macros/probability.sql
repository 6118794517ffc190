{#
    ln(n!), correct to ten digits: listed up to nine, then Stirling's series. No engine-only
    gamma function, no table of sums, so that a tail of thousands costs its terms alone.
#}
{% macro log_factorial(n) -%}
    {%- set x = 'cast(' ~ n ~ ' as double)' -%}
    case
        when {{ n }} < 2 then 0e0
        {%- for logarithm in [
            '6.93147180559945309e-1', '1.79175946922805500e0', '3.17805383034794562e0',
            '4.78749174278204599e0', '6.57925121201010100e0', '8.52516136106541430e0',
            '1.06046029027452502e1', '1.28018274800814696e1',
        ] %}
        when {{ n }} = {{ loop.index + 1 }} then {{ logarithm }}
        {%- endfor %}
        else
            {{ x }} * ln({{ x }}) - {{ x }} + 0.5e0 * ln(6.28318530717958648e0 * {{ x }})
            + power(12e0 * {{ x }}, -1) - power(360e0 * power({{ x }}, 3), -1)
            + power(1260e0 * power({{ x }}, 5), -1)
    end
{%- endmacro %}
