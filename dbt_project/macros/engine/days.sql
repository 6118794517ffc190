{# A date so many days later; negative goes back. #}
{% macro add_days(day, number) -%}
    cast({{ dbt.dateadd('day', number, day) }} as date)
{%- endmacro %}

{% macro add_months(day, number) -%}
    cast({{ dbt.dateadd('month', number, day) }} as date)
{%- endmacro %}

{# 0 on a Sunday, 6 on a Saturday: engines disagree on where a week starts and what it counts from. #}
{% macro days_since_sunday(day) -%}
    {{ return(adapter.dispatch('days_since_sunday', 'loupe')(day)) }}
{%- endmacro %}

{% macro default__days_since_sunday(day) -%}
    dayofweek({{ day }})
{%- endmacro %}

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

{% macro spark__each_day(first_day, last_day) -%}
    select explode(sequence({{ first_day }}, {{ last_day }}, interval 1 day)) as calendar_date
{%- endmacro %}
