"""A day's run costs a day's work: on a month of history, and on two years."""

from __future__ import annotations

import shutil
import statistics
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.bench.measure import loupe
from tests.bench.rows import Row

STORES = 50
REPEATS = 3
HISTORIES = (30, 730)


def rows() -> list[Row]:
    """Median seconds of the last days' runs, each taking in one business date of all stores."""
    short, long = (_a_days_run(days) for days in HISTORIES)
    label = f"a day's run, {STORES} stores: {HISTORIES[1]} / {HISTORIES[0]} days of history"
    return [Row(label, long, short, 1.3)]


def _a_days_run(days: int) -> float:
    with tempfile.TemporaryDirectory() as folder:
        home, aside = Path(folder) / "home", Path(folder) / "aside"
        until = datetime.now(UTC).date() - timedelta(days=1)
        loupe("demo", "--stores", str(STORES), "--days", str(days), "--clean", home=home)
        held = [until - timedelta(days=n) for n in reversed(range(REPEATS))]
        for day in held:
            _move(home / "landing", aside / f"{day:%Y%m%d}", f"*_{day:%Y%m%d}.csv")
        loupe("run", home=home)
        seconds = []
        for day in held:
            _move(aside / f"{day:%Y%m%d}", home / "landing", "*.csv")
            seconds.append(loupe("run", home=home).seconds)
        return statistics.median(seconds)


def _move(source: Path, target: Path, pattern: str) -> None:
    for path in sorted(source.rglob(pattern)):
        moved = target / path.relative_to(source)
        moved.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(path, moved)
