"""Killed anywhere, the next run is right.

One home is carried through every named point of a run: a new file is dropped, the run is killed at
the point, the next file is dropped, the run is killed at the next point … and once at a random
moment. The last run is let live; its figures must equal a rebuild from the lake and a town in
which nothing was ever killed.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta

import pytest

from pipelines.build import street
from pipelines.ingest import killpoints
from tests.street import files
from tests.street.files import Receipt
from tests.street.town import ABOUT_THE_RUN, Town, differences, published

POINTS = (*killpoints.POINTS, *street.KILL_POINTS)
FIRST = date(2026, 3, 2)
BATCHED = {"quality.files", "quality.file_scopes", "quality.rejected_rows"}


def _drop_day(town: Town, n: int) -> None:
    day = FIRST + timedelta(n)
    rung = [Receipt(10 * n + 1, "RING-1", 12000), Receipt(10 * n + 2, "NECK-1", 150000)]
    town.drop(f"sales_lines_NYC_{day:%Y%m%d}.csv", files.sales("NYC", day, rung))
    town.drop(f"tenders_NYC_{day:%Y%m%d}.csv", files.tenders("NYC", day, rung))


def _run(town: Town, kill_at: str = "", kill_after: float | None = None) -> int:
    command = [sys.executable, "-m", "tests.street.drive", str(town.home.root)]
    environment = {**os.environ, killpoints.VARIABLE: kill_at}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    if kill_after is not None:
        time.sleep(kill_after)
        process.kill()
    output, _ = process.communicate()
    assert kill_at or kill_after or process.returncode == 0, output
    return process.returncode


@pytest.mark.slow
def test_a_run_killed_anywhere_is_finished_by_the_next(new_town: Callable[[], Town]) -> None:
    killed, unharmed = new_town(), new_town()
    for n, point in enumerate(POINTS):
        _drop_day(killed, n)
        assert _run(killed, kill_at=point) == 137, f"the run never came to {point}"
    _drop_day(killed, len(POINTS))
    _run(killed, kill_after=random.uniform(1, 12))
    _run(killed)

    for n in range(len(POINTS) + 1):
        _drop_day(unharmed, n)
    calm = unharmed.run()

    assert calm.folder, calm.message
    [newest] = [killed.home.published / killed.home.current_pointer.read_text().strip()]
    survived = published(newest, ABOUT_THE_RUN)
    rebuilt = killed.run(afresh=True)
    assert rebuilt.folder, rebuilt.message
    assert differences(survived, published(rebuilt.folder, ABOUT_THE_RUN)) == {}
    assert differences(_figures(survived), _figures(published(calm.folder, ABOUT_THE_RUN))) == {}
    assert list(killed.home.incoming.iterdir()) == []
    assert list(killed.home.published.glob(".draft-*")) == []


def _figures(tables: dict[str, list[tuple]]) -> dict[str, list[tuple]]:
    """The figures without the books of the batches, which differ by when files were taken in.

    Nor with what came after figures had been told: the calm town tells its figures only once.
    """
    figures = {
        name: rows
        for name, rows in tables.items()
        if name.startswith(("finance.", "kpi.")) and name not in BATCHED
    }
    restated = figures["finance.restatements"]
    figures["finance.restatements"] = [row for row in restated if "late" not in row]
    return figures
