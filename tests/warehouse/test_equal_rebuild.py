"""A day at a time equals all at once: whatever comes in whatever order, row for row.

Each sequence is built batch by batch, with builds that leave off before saying they are done, and
compared with one full build of the same lake.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from pipelines.settings import Home
from tests.warehouse.batches import random_batch
from tests.warehouse.builds import Warehouse, at, differences
from tests.warehouse.lake import Lake

NOW = at(9, 15)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2))
def test_any_sequence_of_batches_equals_one_rebuild(tmp_path: Path, seed: int) -> None:
    random = Random(seed)
    lake = Lake(Home(tmp_path / "home"))
    daily = Warehouse(lake.home, tmp_path / "daily.duckdb", tmp_path / "target")
    moment = at(1)
    for build in range(3):
        for _ in range(random.choice([1, 1, 2])):
            moment += timedelta(minutes=7)
            lake.commit(*random_batch(random), at=moment)
        daily.build(NOW, keep_pending=build < 2 and random.random() < 0.4)
    rebuilt = Warehouse(lake.home, tmp_path / "rebuilt.duckdb", tmp_path / "target")
    rebuilt.build(NOW, afresh=True)
    assert differences(daily, rebuilt) == {}
