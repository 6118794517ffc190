"""One empty warehouse a session: every raw table stands, nothing has ever arrived."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pipelines.settings import Home
from tests.warehouse.builds import Warehouse, at
from tests.warehouse.lake import Lake


@pytest.fixture(scope="session")
def empty_warehouse(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """The whole project, built over a lake without a batch."""
    root = tmp_path_factory.mktemp("empty")
    lake = Lake(Home(root / "home"))
    warehouse = Warehouse(lake.home, root / "warehouse.duckdb", root / "target")
    warehouse.build(at(1))
    return warehouse


@pytest.fixture(scope="session")
def manifest(empty_warehouse: Warehouse) -> dict[str, Any]:
    """What dbt understood of the project."""
    return json.loads(Path(empty_warehouse.target, "manifest.json").read_text("utf-8"))
