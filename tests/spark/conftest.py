"""How large a network to compare the engines on: `make test-spark STORES=40 DAYS=400`."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--stores", type=int, default=5, help="Boutiques of the compared network.")
    parser.addoption("--days", type=int, default=40, help="Days of the compared network.")
