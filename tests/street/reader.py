"""Somebody who reads the newest publish in a loop, in a process of his own.

Through the dashboards' own door. He can tell a half-published state: the receipts that the facts
of a file count must be those its marts count.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from pipelines.settings import Home

READ = """
import json, sys, time
from dashboards.warehouse import Published
door = Published(sys.argv[1])
print("reading", flush=True)
reads, seen = 0, set()
while not (door.folder / "STOP").exists():
    run = door.newest()
    [row] = run.ask(
        "select (select count(distinct transaction_id) from core.fct_sales_lines"
        " where is_net_sale and quantity > 0) as facts,"
        " (select coalesce(sum(transactions), 0) from kpi.store_day_kpis) as marts,"
        f" {reads} as fresh"
    )
    assert row["facts"] == row["marts"], (run.run_id, row)
    reads += 1
    seen.add(run.run_id)
    time.sleep(0.05)
print(json.dumps({"reads": reads, "runs": len(seen)}))
"""


@dataclass
class Told:
    """What the reader saw, known once he has stopped."""

    reads: int = 0
    runs: int = 0
    fault: str = field(default="", repr=False)


@contextmanager
def reading(home: Home) -> Iterator[Told]:
    """Read while the block runs; afterwards `Told` says how often, and how many runs were seen."""
    told = Told()
    process = subprocess.Popen(
        [sys.executable, "-c", READ, str(home.root)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "reading\n"
    try:
        yield told
    finally:
        (home.published / "STOP").touch()
        output, _ = process.communicate(timeout=180)
    if process.returncode:
        told.fault = output
    else:
        told.reads, told.runs = json.loads(output)["reads"], json.loads(output)["runs"]
