"""The warehouse again from the lake alone: as it is, or as it was known at a moment."""

from __future__ import annotations

import json
from contextlib import nullcontext
from datetime import datetime
from pathlib import Path

import polars as pl

from pipelines.build import publish, records, views
from pipelines.build.clock import RUN_FORMAT, Clock
from pipelines.build.dbt import Dbt, manifest
from pipelines.build.lock import only_writer
from pipelines.build.street import Told
from pipelines.settings import Home, Settings


class NothingKnown(Exception):
    """No run had ended by the moment asked for."""


def rebuild_as_of(
    home: Home, settings: Settings, moment: datetime, told: Told, dbt: Dbt | None = None
) -> Path:
    """Rebuild what was published at `moment` (naive UTC) into `published/as_of_<moment>/`.

    Always by DuckDB, whichever engine builds every day: both make the same marts, and a cluster's
    tables of today need not be touched to look back. Reads the lake only: the batches and runs
    known then, and the clock of the newest run that had published. The pointer is not moved.
    Raises NothingKnown.
    """
    settings = settings.model_copy(update={"engine": "duckdb"})
    with only_writer(home):
        records.mend(home)
        run, checks = _newest_published(home, moment)
        run_id = run["run_id"].item()
        clock = Clock(run_id, run["run_at"].item())
        known = datetime.strptime(run_id, RUN_FORMAT)
        finished = run["finished_at"].item()
        # Under the same name in another folder: DuckDB calls a database by its file, and dbt's
        # parsed project names it.
        warehouse = home.warehouse_dir / "as_of" / home.warehouse_file.name
        views.discard(warehouse)
        told("Rebuilding from the lake", 0, 0)
        try:
            prepared = views.prepare(
                home,
                settings,
                clock,
                warehouse=warehouse,
                batches_until=finished,
                runs_before=known,
                afresh=True,
            )
            with nullcontext(dbt) if dbt else Dbt(home, settings) as running:
                running.build(warehouse, full_refresh=prepared.full_refresh)
            name = _free_name(home, moment)
            draft = publish.draft_marts(
                home, settings, manifest(home, settings), name, warehouse=warehouse
            )
            return publish.publish(home, draft, run, checks, name=name, move_pointer=False)
        finally:
            views.discard(warehouse)


def _newest_published(home: Home, moment: datetime) -> tuple[pl.DataFrame, pl.DataFrame]:
    for folder in sorted(home.runs.glob("run_*"), reverse=True):
        run = pl.read_parquet(folder / "run.parquet")
        if run["published"].item() and run["finished_at"].item() <= moment:
            return run, pl.read_parquet(folder / "check_results.parquet")
    raise NothingKnown(f"Nothing had been published by {moment:%Y-%m-%d %H:%M:%S} UTC.")


def _free_name(home: Home, moment: datetime) -> str:
    """A published name that was never used: readers may still hold an earlier one open."""
    base = f"as_of_{moment:%Y%m%dT%H%M%SZ}"
    name, n = base, 1
    while (home.published / name).exists():
        n += 1
        name = f"{base}_{n}"
    return name


def read_run(folder: Path) -> dict[str, object]:
    """The `run.json` of a published folder."""
    return json.loads((folder / "run.json").read_text("utf-8"))
