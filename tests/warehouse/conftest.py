"""One empty warehouse a session: every raw table stands, nothing has ever arrived."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pipelines.settings import Home
from tests.warehouse.builds import Warehouse, at
from tests.warehouse.lake import Lake


@dataclass(frozen=True)
class Built:
    """A warehouse, and what dbt understood of the project when it built it.

    Read at once: the next dbt command over the same target (the unit tests of models) writes a
    manifest without the SQL of what it did not run. Who ran first used to decide what a test saw.
    """

    warehouse: Warehouse
    manifest: dict[str, Any]


@pytest.fixture(scope="session")
def built_empty(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The whole project, built over a lake without a batch."""
    root = tmp_path_factory.mktemp("empty")
    lake = Lake(Home(root / "home"))
    warehouse = Warehouse(lake.home, root / "warehouse.duckdb", root / "target")
    warehouse.build(at(1), keep_manifest=True)
    manifest = json.loads(Path(warehouse.target, "manifest.json").read_text("utf-8"))
    return Built(warehouse, manifest)


@pytest.fixture(scope="session")
def empty_warehouse(built_empty: Built) -> Warehouse:
    """The warehouse of a network nothing ever arrived of."""
    return built_empty.warehouse


@pytest.fixture(scope="session")
def manifest(built_empty: Built) -> dict[str, Any]:
    """What dbt understood of the project."""
    return built_empty.manifest
