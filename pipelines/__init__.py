"""When things happen, and how files become rows.

The street: landing → lake → raw → warehouse → checks → publish. Only `pipelines.assets` and
`pipelines.definitions` know Dagster; `pipelines.ingest` knows neither Dagster nor dbt.
"""
