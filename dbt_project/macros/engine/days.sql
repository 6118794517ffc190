{# A date so many days later; negative goes back. #}
{% macro add_days(day, number) -%}
    {{ return(adapter.dispatch('add_days', 'loupe')(day, number)) }}
{%- endmacro %}

{% macro default__add_days(day, number) -%}
    cast({{ dbt.dateadd('day', number, day) }} as date)
{%- endmacro %}

{# dbt's own variant stops the query at the first missing date; ours are often missing. #}
{% macro spark__add_days(day, number) -%}
    date_add(cast({{ day }} as date), cast({{ number }} as int))
{%- endmacro %}

{% macro add_months(day, number) -%}
    {{ return(adapter.dispatch('add_months', 'loupe')(day, number)) }}
{%- endmacro %}

{% macro default__add_months(day, number) -%}
    cast({{ dbt.dateadd('month', number, day) }} as date)
{%- endmacro %}

{# As for days: dbt's variant does not take a missing date. #}
{% macro spark__add_months(day, number) -%}
    add_months(cast({{ day }} as date), cast({{ number }} as int))
{%- endmacro %}

{# The last day of the month a date is in. #}
{% macro last_of_month(day) -%}
    {{ loupe.add_days(loupe.add_months("date_trunc('month', " ~ day ~ ")", 1), -1) }}
{%- endmacro %}

{# A timestamp so many hours later. #}
{% macro add_hours(moment, number) -%}
    {{ return(adapter.dispatch('add_hours', 'loupe')(moment, number)) }}
{%- endmacro %}

{% macro default__add_hours(moment, number) -%}
    {{ dbt.dateadd('hour', number, moment) }}
{%- endmacro %}

{# As for days: dbt's variant does not take a missing moment, and loses fractions of a second. #}
{% macro spark__add_hours(moment, number) -%}
    ({{ moment }} + make_dt_interval(0, {{ number }}))
{%- endmacro %}

{# Whole days from one date to another. #}
{% macro days_between(first_day, last_day) -%}
    {{ return(adapter.dispatch('days_between', 'loupe')(first_day, last_day)) }}
{%- endmacro %}

{% macro default__days_between(first_day, last_day) -%}
    {{ dbt.datediff(first_day, last_day, 'day') }}
{%- endmacro %}

{# As for days: dbt's variant does not take a missing date. #}
{% macro spark__days_between(first_day, last_day) -%}
    datediff({{ last_day }}, {{ first_day }})
{%- endmacro %}

{# Minutes on the clock from one moment to another; seconds are not looked at. #}
{% macro minutes_between(first_moment, last_moment) -%}
    {{ return(adapter.dispatch('minutes_between', 'loupe')(first_moment, last_moment)) }}
{%- endmacro %}

{% macro default__minutes_between(first_moment, last_moment) -%}
    {{ dbt.datediff(first_moment, last_moment, 'minute') }}
{%- endmacro %}

{# dbt's variant rounds the seconds up, where the other engine counts the turns of the minute. #}
{% macro spark__minutes_between(first_moment, last_moment) -%}
    timestampdiff(
        minute,
        date_trunc('minute', {{ first_moment }}),
        date_trunc('minute', {{ last_moment }})
    )
{%- endmacro %}

{# 0 on a Sunday, 6 on a Saturday: engines disagree on where a week starts and what it counts from. #}
{% macro days_since_sunday(day) -%}
    {{ return(adapter.dispatch('days_since_sunday', 'loupe')(day)) }}
{%- endmacro %}

{% macro default__days_since_sunday(day) -%}
    dayofweek({{ day }})
{%- endmacro %}

{# Spark counts from 1. #}
{% macro spark__days_since_sunday(day) -%}
    (dayofweek({{ day }}) - 1)
{%- endmacro %}

{# 1 on a Monday, 7 on a Sunday. #}
{% macro iso_weekday(day) -%}
    ((({{ loupe.days_since_sunday(day) }} + 6) % 7) + 1)
{%- endmacro %}

{# A relation of one column, `calendar_date`: every date from the first to the last. #}
{% macro each_day(first_day, last_day) -%}
    {{ return(adapter.dispatch('each_day', 'loupe')(first_day, last_day)) }}
{%- endmacro %}

{% macro default__each_day(first_day, last_day) -%}
    select cast(step as date) as calendar_date
    from unnest(generate_series({{ first_day }}, {{ last_day }}, interval 1 day)) as steps (step)
{%- endmacro %}

{# Spark has no generate_series, and makes rows of a list with explode. #}
{% macro spark__each_day(first_day, last_day) -%}
    select explode(sequence({{ first_day }}, {{ last_day }}, interval 1 day)) as calendar_date
{%- endmacro %}
