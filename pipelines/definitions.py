"""Every asset, check, schedule and sensor, on one page, in the order data flows.

Avoid putting work here: a stage's work lives in `pipelines.ingest` and `pipelines.build`.
"""

from __future__ import annotations

from typing import Any

import dagster as dg

from pipelines.assets import landing, published, street, warehouse, watch
from pipelines.build.dbt import manifest as read_manifest
from pipelines.build.street import Street
from pipelines.settings import Home

JOB = "daily_run"


def build_definitions(
    manifest: dict[str, Any], run_of_the_street: dg.ResourceDefinition = street.street
) -> dg.Definitions:
    """The whole graph of dbt's `manifest`; `run_of_the_street` is what its stages share."""
    daily_run = dg.define_asset_job(
        JOB,
        selection=dg.AssetSelection.all(),
        description="Exports in, trusted store-day figures out.",
        executor_def=dg.in_process_executor,  # DuckDB takes one writer
        hooks={watch.tell_failure},
    )
    return dg.Definitions(
        assets=[
            landing.landing,
            landing.raw,
            warehouse.build_warehouse_asset(manifest),
            published.build_published_asset(manifest),
        ],
        jobs=[daily_run],
        schedules=[watch.morning_schedule(JOB)],
        sensors=[watch.landing_sensor(JOB)],
        resources={"street": run_of_the_street},
    )


def execute_daily_run(home: Home, running: Street) -> bool:
    """The job in this process, over `running`; its history goes to the home. True on success."""
    shared = dg.ResourceDefinition.hardcoded_resource(running)
    job = build_definitions(running.manifest, shared).resolve_job_def(JOB)
    quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
    with dg.DagsterInstance.from_config(str(home.dagster)) as instance:
        result = job.execute_in_process(instance=instance, raise_on_error=False, run_config=quiet)
    return result.success


@dg.definitions
def defs() -> dg.Definitions:
    """What Dagster loads; lazily, so that importing this page costs nothing."""
    home = Home.find()
    return build_definitions(read_manifest(home, home.settings()))
