"""Towns for the street tests; dbt and the judge are started once for all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pipelines.settings import Home
from tests.street import files
from tests.street.town import Children, Town


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


@pytest.fixture
def town(new_town: Callable[[], Town]) -> Town:
    return new_town()


@pytest.fixture
def other_folder(tmp_path: Path) -> Path:
    return tmp_path
