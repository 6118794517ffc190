"""Decisions among ugly batches: a day at a time equals all at once.

Corrections of rows of any version, approved, approved by their author, taken back, repeated, of
values that cannot stand; sign-offs; batches that hold decisions alone; builds that leave off.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from pipelines.settings import Home
from tests.warehouse.batches import random_batch
from tests.warehouse.builds import Warehouse, at, differences
from tests.warehouse.decided import People
from tests.warehouse.lake import Lake

NOW = at(9, 15)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [8, 9])
def test_any_sequence_of_batches_and_decisions_equals_one_rebuild(
    tmp_path: Path, seed: int
) -> None:
    random = Random(seed)
    lake = Lake(Home(tmp_path / "home"))
    people = People(random)
    daily = Warehouse(lake.home, tmp_path / "daily.duckdb", tmp_path / "target")
    moment = at(1)
    for build in range(4):
        for _ in range(random.choice([1, 2])):
            moment += timedelta(minutes=7)
            alone = bool(people.rows) and random.random() < 0.3
            batch = lake.home.batches / lake.commit(
                *([] if alone else random_batch(random)), at=moment
            )
            if people.rows:
                people.decide(batch, moment)
            people.look_at(batch)
        daily.build(NOW, keep_pending=build < 3 and random.random() < 0.4)
    rebuilt = Warehouse(lake.home, tmp_path / "rebuilt.duckdb", tmp_path / "target")
    rebuilt.build(NOW, afresh=True)

    assert differences(daily, rebuilt) == {}
    told = daily.ask("select status, count(*) from quality.corrections group by all")
    assert len(told) >= 4, told
    # Every state a correction brought is where the one before was left.
    changes = daily.ask(
        "select decision_id, measure, old_value + change = new_value"
        " from finance.restatements where cause = 'correction'"
    )
    assert changes and all(adds_up for _, _, adds_up in changes)
