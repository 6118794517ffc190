"""The run that all stages of one Dagster run share: its lock, its clock, its child processes."""

from collections.abc import Iterator

import dagster as dg

from pipelines.build.street import Street
from pipelines.settings import Home


@dg.resource(
    description="One run of the street: writer lock, clock, dbt's and the judge's process."
)
def street(context: dg.InitResourceContext) -> Iterator[Street]:
    """A street for a run that Dagster started (schedule, sensor, web page).

    The in-process executor makes it once a run and closes it at the end.
    """
    home = Home.find()
    with Street(home, home.settings()) as running:
        yield running
