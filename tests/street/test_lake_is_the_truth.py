"""`warehouse.duckdb` can be lost at any time: the next run makes it again, identical."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date

import pytest

from tests.street import files
from tests.street.files import Receipt
from tests.street.town import ABOUT_THE_RUN, Town, differences, published

DAY = date(2026, 3, 2)


def _deleted(town: Town) -> None:
    shutil.rmtree(town.home.warehouse_dir)


def _overwritten(town: Town) -> None:
    town.home.warehouse_file.write_bytes(b"\x00 not a database" * 4096)


def _torn_log(town: Town) -> None:
    log = town.home.warehouse_file.with_name(town.home.warehouse_file.name + ".wal")
    log.write_bytes(b"\xff" * 5000)


@pytest.mark.parametrize("harm", [_deleted, _overwritten, _torn_log])
def test_a_lost_warehouse_comes_back_identical(
    new_town: Callable[[], Town], harm: Callable[[Town], None]
) -> None:
    town = new_town()
    rung = [Receipt(1, "RING-1", 12000), Receipt(2, "NECK-1", 150000, paid=1)]
    town.drop("sales_lines_NYC_20260302.csv", files.sales("NYC", DAY, rung))
    town.drop("tenders_NYC_20260302.csv", files.tenders("NYC", DAY, rung))
    before = town.run()
    assert before.folder, before.message

    harm(town)
    after = town.run()

    assert after.folder, after.message
    kept = published(before.folder, ABOUT_THE_RUN)
    assert differences(kept, published(after.folder, ABOUT_THE_RUN)) == {}
