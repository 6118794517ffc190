"""A history of ugly batches, decisions about their rows, and runs, kept in a test lake."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from expectations.verdict import CheckResult
from pipelines.build import records
from pipelines.settings import Home
from tests.warehouse.batches import random_batch
from tests.warehouse.builds import at
from tests.warehouse.decided import People
from tests.warehouse.lake import Lake


class History:
    """One lake, written on stretch by stretch; the same seed writes the same."""

    def __init__(self, home: Home, seed: int) -> None:
        self.home = home
        self._random = Random(seed)
        self._people = People(self._random)
        self._lake = Lake(home)
        self._moment = at(1)

    def go_on(self, batches: int) -> None:
        """Batches of files and decisions about earlier ones, one of decisions alone, and a run."""
        for _ in range(batches):
            self._commit(is_alone=False)
        self._commit(is_alone=True)
        self._keep_run()

    def _commit(self, *, is_alone: bool) -> None:
        self._moment += timedelta(minutes=7)
        deliveries = [] if is_alone else random_batch(self._random)
        batch = self.home.batches / self._lake.commit(*deliveries, at=self._moment)
        if self._people.rows:
            self._people.decide(batch, self._moment)
        self._people.look_at(batch)

    def _keep_run(self) -> None:
        run_id = self._moment.strftime("run_%Y%m%dT%H%M%S%fZ")
        run = records.RunRecord(
            run_id, self._moment, self._moment, self._moment, "published", 1, 1, published=True
        )
        check = CheckResult("incoming", "sales_lines", "not_empty", "blocking", True, "1", "1")
        records.keep(self.home, run_id, records.run_frame(run), records.check_frame(run, [check]))
