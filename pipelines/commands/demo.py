"""`loupe demo`: the demonstration network's exports."""

from __future__ import annotations

import os
import time
from datetime import UTC, date, datetime, timedelta

from pipelines.commands.screen import out, progress
from pipelines.settings import Home


def write_demo(
    home: Home,
    stores: int,
    days: int,
    until: date | None,
    seed: int,
    plant_errors: bool,
    if_empty: bool,
    dialect: str = "",
) -> None:
    """Write the exports below `landing` and the labels of the planted errors beside it.

    `dialect` names systems, with commas between, in whose layout they are written; the mappings
    that read them go to the home's own. Raises ValueError for one that is not known.
    """
    from pipelines.demo import dialects, write_network

    if if_empty and (_has_landed(home) or _has_batches(home)):
        return
    clothes = [name.strip() for name in dialect.split(",") if name.strip()]
    dialects.write_mappings(clothes, home.mappings)
    home.landing.mkdir(parents=True, exist_ok=True)
    until = until or _last_day_sent(datetime.now(UTC))
    with progress() as told:
        summary = write_network(
            home.landing,
            home.truth_file,
            stores=stores,
            days=days,
            until=until,
            seed=seed,
            plant_errors=plant_errors,
            dialect=clothes,
            progress=lambda done, total: told("Writing the demonstration exports", done, total),
        )
    _come_by_now(home, time.time())
    out.print(
        f"Wrote {summary.files:,} files of {stores} boutiques, {days} days to {until}, "
        f"into {home.landing}. The planted errors are labelled in {home.truth_file}.",
        highlight=False,
        soft_wrap=True,
    )


def _last_day_sent(now: datetime) -> date:
    """Yesterday, once the East Coast's deliveries for it are due; until then the day before."""
    return (now - timedelta(days=1, hours=12)).date()


def _come_by_now(home: Home, now: float) -> None:
    """No file comes from the future: what the West would send later today has come just now."""
    for path in home.landing.rglob("*"):
        if path.is_file() and path.stat().st_mtime > now:
            os.utime(path, (now, now))


def _has_landed(home: Home) -> bool:
    return home.landing.exists() and any(
        p.is_file() and not p.name.startswith(".") for p in home.landing.rglob("*")
    )


def _has_batches(home: Home) -> bool:
    return home.batches.exists() and any(not p.name.startswith("_") for p in home.batches.iterdir())
