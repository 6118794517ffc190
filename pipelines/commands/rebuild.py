"""`loupe rebuild`: from the lake alone, now or as it was known at a moment."""

from __future__ import annotations

from datetime import UTC, datetime

from pipelines.commands.run import run_once
from pipelines.commands.screen import out, print_json, progress, stop
from pipelines.settings import Home


def rebuild_home(home: Home, as_of: datetime | None, as_json: bool) -> int:
    """Rebuild; returns the exit code of `loupe run`."""
    if as_of is None:
        return run_once(home, as_json, None, afresh=True)
    from pipelines.build.dbt import DbtFailed
    from pipelines.build.rebuild import NothingKnown, read_run, rebuild_as_of

    moment = as_of.astimezone(UTC).replace(tzinfo=None) if as_of.tzinfo else as_of
    try:
        with progress(quiet=as_json) as told:
            folder = rebuild_as_of(home, home.settings(), moment, told)
    except (NothingKnown, DbtFailed) as fault:
        raise stop(str(fault)) from fault
    run = read_run(folder)
    if as_json:
        print_json({"folder": str(folder), **run})
    else:
        out.print(
            f"As known on {moment:%Y-%m-%d %H:%M:%S} UTC ({run['run_id']}): {folder}. "
            f'Ask it: loupe sql --as-of {folder.name} "…"',
            highlight=False,
            soft_wrap=True,
        )
    return 0
