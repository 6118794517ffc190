"""When the street runs by itself, and who hears when it does not end well."""

import dagster as dg

from pipelines.build import notify
from pipelines.build.street import Street
from pipelines.settings import Home


def morning_schedule(job_name: str) -> dg.ScheduleDefinition:
    """The morning run, at the network's own time (daylight saving included)."""
    settings = Home.find().settings()
    return dg.ScheduleDefinition(
        name="every_morning",
        job_name=job_name,
        cron_schedule=settings.schedule,
        execution_timezone=settings.schedule_time_zone,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Also on days without a new file: what is late or missing is said then.",
    )


def landing_sensor(job_name: str) -> dg.SensorDefinition:
    """Runs the street when something new lies in the landing folder."""

    @dg.sensor(
        name="new_files",
        job_name=job_name,
        minimum_interval_seconds=Home.find().settings().sensor_seconds,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Looks for files that no batch holds yet; a growing file is left alone.",
    )
    def new_files(context: dg.SensorEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        from pipelines.ingest.landing import newest_change

        home = Home.find()
        seen = newest_change(home, home.settings())
        if seen is None:
            return dg.SkipReason("Nothing new in the landing folder.")
        return dg.RunRequest(run_key=seen)

    return new_files


@dg.failure_hook(name="tell_failure", required_resource_keys={"street"})
def tell_failure(context: dg.HookContext) -> None:
    """Record how the run ended, and tell the people named in `loupe.toml`."""
    street: Street = context.resources.street
    fault = context.op_exception or RuntimeError("The run ended without saying why.")
    outcome = street.end(fault)
    notify.send(street.settings, "Loupe: a run did not publish", outcome.message)
