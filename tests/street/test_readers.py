"""Readers never wait, never fail, and never see half a publish.

A reader in another process opens the newest publish in a loop, through the dashboards' own door,
while twenty runs publish. Each run adds one receipt, so a reader can tell a half-published state:
the receipts it counts in the facts must be those the marts of the same file count.
"""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date, timedelta

import pytest

from tests.street import files
from tests.street.files import Receipt
from tests.street.town import Town

RUNS = 20
READER = """
import json, sys
from dashboards.warehouse import Published
door = Published(sys.argv[1])
print("reading", flush=True)
reads, seen = 0, set()
while not (door.folder / "STOP").exists():
    run = door.newest()
    [row] = run.ask(
        "select (select count(distinct transaction_id) from core.fct_sales_lines) as facts,"
        " (select sum(transactions) from kpi.store_day_kpis) as marts, random() as fresh"
    )
    assert row["facts"] == row["marts"], (run.run_id, row)
    reads += 1
    seen.add(run.run_id)
print(json.dumps({"reads": reads, "runs": len(seen)}))
"""


@pytest.mark.slow
def test_a_reader_in_a_loop_sees_only_whole_publishes(town: Town) -> None:
    day = date(2026, 3, 2)
    receipts = [Receipt(1, "RING-1", 12000)]
    town.drop(f"sales_lines_NYC_{day:%Y%m%d}.csv", files.sales("NYC", day, receipts))
    assert town.run().folder
    reader = subprocess.Popen(
        [sys.executable, "-c", READER, str(town.home.root)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert reader.stdout is not None
    assert reader.stdout.readline() == "reading\n"
    for n in range(1, RUNS + 1):
        later = day + timedelta(n)
        rung = [Receipt(n + 1, "RING-1", 12000)]
        town.drop(f"sales_lines_NYC_{later:%Y%m%d}.csv", files.sales("NYC", later, rung))
        outcome = town.run()
        assert outcome.folder, outcome.message
    (town.home.published / "STOP").touch()
    output, _ = reader.communicate(timeout=60)
    assert reader.returncode == 0, output
    told = json.loads(output)
    assert told["runs"] >= RUNS // 2
    assert told["reads"] > RUNS
