"""Towns for the street tests; dbt and the judge are started once for all of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from dashboards.warehouse import Published, Run
from pipelines.demo import write_network
from pipelines.settings import Home
from tests.street import files
from tests.street.town import Children, Town

ALL_ARRIVED = timedelta(days=1, hours=17, minutes=5)
"""After the last business date began (UTC): when Honolulu's files have come."""
NETWORKS = [(7, date(2026, 3, 14)), (11, date(2026, 1, 20)), (23, date(2026, 11, 8))]
"""Seed, last day: an ordinary winter, a New Year (receipt series start again), a clock change."""


@pytest.fixture(scope="session")
def children(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Children]:
    """dbt and the judge: ten seconds once, not once a test."""
    with Children.start(Home(tmp_path_factory.mktemp("children"))) as started:
        yield started


@pytest.fixture
def new_town(tmp_path_factory: pytest.TempPathFactory, children: Children) -> Callable[[], Town]:
    """Makes empty towns with their reference lists in the landing folder."""

    def make() -> Town:
        town = Town(Home(tmp_path_factory.mktemp("town")), children)
        town.drop("stores_20260301.csv", files.stores())
        town.drop("items_20260301.csv", files.items())
        return town

    return make


@pytest.fixture(scope="session", params=NETWORKS, ids=str)
def demo(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, children: Children
) -> tuple[Run, list[dict[str, Any]]]:
    """A demonstration network as published, and the errors planted in it."""
    seed, until = request.param
    home = Home(tmp_path_factory.mktemp("demo"))
    write_network(
        home.landing,
        home.truth_file,
        stores=6,
        days=45,
        until=until,
        seed=seed,
    )
    outcome = Town(
        home, children, now=datetime(*until.timetuple()[:3], tzinfo=UTC) + ALL_ARRIVED
    ).run()
    assert outcome.folder, outcome.message
    truth = json.loads(home.truth_file.read_text("utf-8"))
    return Published(home.root).newest(), truth["errors"]
