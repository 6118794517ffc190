"""From committed batches to published figures, a step a module; knows neither Dagster nor a screen.

    lake/batches ─ views ─▶ warehouse.duckdb ─ dbt ─▶ marts ─ publish ─▶ published/<run>/ ─▶ CURRENT
                                                         records ─▶ lake/runs/<run>/

What belongs here: everything between the lake and the published folder that is not SQL.
What does not: reading files (`pipelines.ingest`), judging them (`expectations`), and telling
Dagster about it (`pipelines.assets`).
"""
