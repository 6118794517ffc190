"""When the street runs by itself, and who hears when it does not end well."""

import hashlib

import dagster as dg

from pipelines.build import notify
from pipelines.build.lock import is_held
from pipelines.build.street import Street
from pipelines.ingest.batch import new_files
from pipelines.ingest.landing import Found
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
    def look(context: dg.SensorEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        home = Home.find()
        if is_held(home):
            return dg.SkipReason("A run is under way; what is new is looked at after it.")
        found = new_files(home)
        if not found:
            return dg.SkipReason("Nothing new in the landing folder.")
        # The same files again (waiting for something) ask for no second run.
        return dg.RunRequest(run_key=_digest(found))

    return look


def _digest(found: list[Found]) -> str:
    told = sorted((f.name, f.stamp.size, f.stamp.mtime_ns) for f in found)
    return hashlib.sha256(repr(told).encode()).hexdigest()


@dg.failure_hook(name="tell_failure", required_resource_keys={"street"})
def tell_failure(context: dg.HookContext) -> None:
    """Record how the run ended, and tell the people named in `loupe.toml`."""
    street: Street = context.resources.street
    fault = context.op_exception or RuntimeError("The run ended without saying why.")
    outcome = street.end(fault)
    notify.send(street.settings, "Loupe: a run did not publish", outcome.message)
