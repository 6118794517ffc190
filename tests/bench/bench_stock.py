"""What the stock marts cost: two years of serialised pieces at once, and a day's run on top.

    python -m tests.bench.bench_stock --stores 5 --pieces 300 --days 60

prints the table of a smaller network.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import duckdb

from pipelines.build.records import ensure_schema
from pipelines.ingest.contracts import load_contract
from pipelines.ingest.lake import refresh_schema
from pipelines.settings import Home
from tests.bench.bench_engines import Builds, Cost, measured
from tests.bench.rows import Row
from tests.bench.stock_network import LAST_DAY, Network

STORES, PIECES, DAYS, MONTH = 50, 3_000, 730, 30
REPEATS = 3
SHOWN = 10
BOUND = 1.3
MARTS = (
    "core.fct_stock_movements",
    "core.fct_stock_positions",
    "core.fct_count_scans",
    "inventory.serial_events",
    "inventory.count_lines",
    "inventory.stock_discrepancies",
    "inventory.stock_changes",
)


@dataclass(frozen=True)
class History:
    """A whole build, the days' runs on top of it, and the rows it led to."""

    network: Network
    whole: Cost
    days: Sequence[Cost]
    marts: dict[str, int]


def rows() -> list[Row]:
    """A day's run on a long history against the same days on a month; the whole build's table."""
    long = measure(Network(STORES, PIECES, DAYS, REPEATS))
    short = measure(Network(STORES, PIECES, MONTH, REPEATS))
    from tests.bench import scale_note

    scale_note.write("stock, whole", table(long))
    label = f"a day's run, {STORES} stores: {DAYS} / {MONTH} days of history"
    return [
        Row(label, _day(long, "seconds"), _day(short, "seconds"), BOUND),
        Row(
            f"{label}, processor",
            _day(long, "processor_seconds"),
            _day(short, "processor_seconds"),
            BOUND,
        ),
    ]


def measure(network: Network, root: Path | None = None) -> History:
    """Build all but the last days, then those one by one."""
    if root is None:
        with tempfile.TemporaryDirectory() as folder:
            return measure(network, Path(folder) / "home")
    home = Home(root)
    refresh_schema(home, load_contract())
    ensure_schema(home)
    held = [LAST_DAY - timedelta(days=n) for n in reversed(range(network.daily))]
    with network.begin() as con:
        before = held[0] - timedelta(days=1)
        batches = [(network.first_day, before), *((day, day) for day in held)]
        builds = Builds(home, "duckdb")
        try:
            costs = []
            for since, until in batches:
                made = network.write(con, home, since, until)
                costs.append(measured("duckdb", f"{until}", made, builds))
        finally:
            builds.dbt.close()
    with duckdb.connect(str(home.warehouse_file), read_only=True) as con:
        marts = {name: con.sql(f"select count(*) from {name}").fetchall()[0][0] for name in MARTS}
    return History(network, costs[0], costs[1:], marts)


def _day(history: History, measure: str) -> float:
    return statistics.median(getattr(cost, measure) for cost in history.days)


def table(history: History) -> str:
    """The whole build as Markdown: what it cost, its slowest models, the rows of the marts."""
    whole, size = history.whole, history.network
    told = [
        "| boutiques × pieces × days | lake rows | seconds | core seconds | peak memory |",
        "|---|---:|---:|---:|---:|",
        _line(f"{size.stores} × {size.pieces:,} × {size.days}, at once", whole),
        *(_line(f"a day's run on top, {day.what}", day) for day in history.days),
        "",
        "| its slowest models | seconds | in a day's run |",
        "|---|---:|---:|",
    ]
    a_day = [_model_seconds(day) for day in history.days]
    for name, seconds in slowest(whole):
        of_day = statistics.median(day.get(name, 0.0) for day in a_day)
        told.append(f"| `{name}` | {seconds:,.1f} | {of_day:,.1f} |")
    told += ["", "| mart | rows |", "|---|---:|"]
    told += [f"| `{name}` | {rows:,} |" for name, rows in history.marts.items()]
    return "\n".join(told)


def _line(what: str, cost: Cost) -> str:
    return (
        f"| {what} | {cost.rows:,} | {cost.seconds:,.0f} | {cost.processor_seconds:,.0f} "
        f"| {cost.peak_bytes / 2**30:,.1f} GiB |"
    )


def slowest(cost: Cost, shown: int = SHOWN) -> list[tuple[str, float]]:
    """The models of a build that took longest, and their seconds."""
    seconds = _model_seconds(cost)
    return sorted(seconds.items(), key=lambda told: -told[1])[:shown]


def _model_seconds(cost: Cost) -> dict[str, float]:
    return {
        node.unique_id.split(".")[-1]: node.seconds
        for node in cost.nodes
        if node.unique_id.startswith("model.")
    }


def main() -> None:
    """Measure one network and print its table."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name, size in (("stores", 5), ("pieces", 300), ("days", 60), ("daily", 1)):
        parser.add_argument(f"--{name}", type=int, default=size)
    print(table(measure(Network(**vars(parser.parse_args())))))


if __name__ == "__main__":
    main()
