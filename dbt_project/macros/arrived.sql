{#
    What a model has to read of a dataset: on a full build every batch (schema raw), otherwise the
    batches not built yet (schema pending), so that a day's run costs a day's work.

    A run that was killed finds the same batches pending again: whatever reads this replaces what
    it wrote before.
#}
{% macro arrived(dataset) %}
    {%- set whole = source('raw', dataset) -%}
    {{- return(loupe.only_pending(whole)) -}}
{% endmacro %}

{# The same for what ingestion and the runs record about themselves. #}
{% macro recorded(table) %}
    {%- set whole = source('lake', table) -%}
    {{- return(loupe.only_pending(whole)) -}}
{% endmacro %}

{% macro only_pending(whole) %}
    {%- set is_first_build = model.config.materialized == 'incremental' and not is_incremental() -%}
    {%- if not execute or whole.is_cte or should_full_refresh() or is_first_build -%}
        {{- return(whole) -}}
    {%- endif -%}
    {{- return(whole.incorporate(path={'schema': 'pending'})) -}}
{% endmacro %}
