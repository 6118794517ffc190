"""The street as Dagster assets, in the order data flows: landing, raw, warehouse, published.

What belongs here: what each stage is called, what it stands on, and what Dagster is told of it.
What does not: the work itself (`pipelines.ingest`, `pipelines.build`, `expectations`).
"""
