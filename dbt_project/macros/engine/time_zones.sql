{# Wall-clock time in a zone, as UTC. Both are timestamps without a zone. #}
{% macro local_to_utc(local_time, time_zone) -%}
    {{ return(adapter.dispatch('local_to_utc', 'loupe')(local_time, time_zone)) }}
{%- endmacro %}

{% macro default__local_to_utc(local_time, time_zone) -%}
    (({{ local_time }}) at time zone {{ time_zone }}) at time zone 'UTC'
{%- endmacro %}

{# Spark has no "at time zone"; its functions answer with another type of timestamp. #}
{% macro spark__local_to_utc(local_time, time_zone) -%}
    cast(to_utc_timestamp({{ local_time }}, {{ time_zone }}) as timestamp_ntz)
{%- endmacro %}

{# A UTC timestamp as the wall clock of a zone shows it. #}
{% macro utc_to_local(utc_time, time_zone) -%}
    {{ return(adapter.dispatch('utc_to_local', 'loupe')(utc_time, time_zone)) }}
{%- endmacro %}

{% macro default__utc_to_local(utc_time, time_zone) -%}
    (({{ utc_time }}) at time zone 'UTC') at time zone {{ time_zone }}
{%- endmacro %}

{# As above. #}
{% macro spark__utc_to_local(utc_time, time_zone) -%}
    cast(from_utc_timestamp({{ utc_time }}, {{ time_zone }}) as timestamp_ntz)
{%- endmacro %}
