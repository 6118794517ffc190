"""How fast files become rows of the lake: a big export, and many small ones.

    python tests/bench/bench_ingest.py [--lines 2000000] [--files 10000] [--json out.json]

The big export is checked, archived, hashed and given its lineage; DuckDB's own
`create table as select … from read_csv` with explicit types, on the same file in the same run,
does none of that.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

import duckdb
import numpy as np
import polars as pl

from pipelines.ingest.contracts import load_contract
from tests.bench.rows import Row

# Peak memory is read from /proc: ru_maxrss of a child starts at its parent's.
RUN = """
import json, os, sys, time
from pathlib import Path
start = time.perf_counter()
from pipelines.ingest.batch import take_in
from pipelines.settings import Home, Settings
imported = time.perf_counter()
result = take_in(Home(Path(sys.argv[1])), Settings(quiet_seconds=0))
print(json.dumps({
    "seconds": time.perf_counter() - imported,
    "import_seconds": imported - start,
    "cpu_seconds": sum(os.times()[:2]),
    "peak_mb": int(open("/proc/self/status").read().split("VmHWM:")[1].split()[0]) // 1024,
    "rows": sum(result.rows.values()),
    "files": result.count("accepted"),
}))
"""


def sales_lines(lines: int) -> pl.DataFrame:
    """A plausible export with every column of the contract, as text; same bytes every time."""
    rng = np.random.default_rng(7)
    number = pl.int_range(lines, eager=True)
    receipt = number // 2
    days = pl.Series([str(date(2024, 1, 1) + timedelta(day)) for day in range(336)])
    stores = pl.Series([f"ST-{store:03d}" for store in range(50)])
    day = days.gather((receipt // 200) % len(days))
    store = stores.gather((receipt // 40) % len(stores))
    price = pl.Series(rng.integers(15_000, 2_500_000, lines))
    discount = pl.Series(np.where(rng.random(lines) < 0.1, rng.integers(1, 5_000, lines), 0))
    quantity = np.where(rng.random(lines) < 0.05, -1, 1)
    sign = pl.Series(np.where(quantity < 0, "-", ""))
    net = price - discount

    def money(cents: pl.Series) -> pl.Series:
        return (cents // 100).cast(pl.String) + "." + (cents % 100).cast(pl.String).str.zfill(2)

    def some(values: list[str], share: float = 1.0) -> pl.Series:
        chosen = pl.Series(values).gather(rng.integers(0, len(values), lines))
        kept = pl.Series(rng.random(lines) < share)
        return pl.select(pl.when(kept).then(chosen)).to_series()

    def ids(prefix: str, low: int, high: int) -> pl.Series:
        return prefix + pl.Series(rng.integers(low, high, lines)).cast(pl.String)

    def two(values: pl.Series) -> pl.Series:
        return values.cast(pl.String).str.zfill(2)

    filled = {
        "transaction_id": store
        + "-"
        + day.str.replace_all("-", "")
        + "-"
        + receipt.cast(pl.String).str.zfill(7),
        "line_number": (number % 2 + 1).cast(pl.String),
        "store_id": store,
        "register_id": "R" + (receipt % 3 + 1).cast(pl.String),
        "business_date": day,
        "receipt_series": some(["A"]),
        "receipt_number": receipt.cast(pl.String),
        "sold_at": day
        + "T"
        + two(10 + receipt % 9)
        + ":"
        + two(receipt % 60)
        + ":"
        + two(number % 60)
        + "Z",
        "transaction_status": some(["completed"]),
        "line_type": some(["merchandise"] * 9 + ["service"]),
        "item_id": ids("REF-", 10_000, 13_000),
        "serial_number": "SN" + (1_000_000 + number).cast(pl.String),
        "quantity": pl.Series(quantity).cast(pl.String),
        "regular_unit_price": money(price),
        "discount_amount": money(discount),
        "net_amount": sign + money(net),
        "tax_amount": sign + money(net * 8875 // 100_000),
        "currency": some(["USD"]),
        "is_voided_line": some(["false"]),
        "is_price_override": some(["false", "true"]),
        "discount_reason": some(["employee", "loyalty"], 0.1),
        "sales_associate_id": ids("E", 100, 400),
        "operator_id": ids("E", 100, 400),
        "client_id": ids("C", 100_000, 180_000),
        "sale_channel": some(["in_store"] * 9 + ["distance"]),
        "ship_to_state": some(["NY", "CA", "FL"], 0.1),
        "ship_to_postal_code": some(["10001", "90210"], 0.1),
        "ship_to_country": some(["US"], 0.1),
        "tax_exemption": some(["none"]),
        "tax_exemption_reference": some(["X-1029"], 0.01),
        "original_transaction_id": some(["ST-001-20240101-0000001"], 0.05),
        "return_reason": some(["size", "gift"], 0.05),
    }
    return pl.DataFrame(
        {name: filled[name] for name in load_contract().datasets["sales_lines"].columns}
    )


def duckdb_seconds(source: Path, folder: Path) -> tuple[float, float]:
    """Seconds, and processor seconds, DuckDB takes to read the file into a table on disk."""
    file = folder / "yardstick.duckdb"
    file.unlink(missing_ok=True)
    dataset = load_contract().datasets["sales_lines"]
    types = {name: column.data_type for name, column in dataset.columns.items()}
    start, spent = time.perf_counter(), time.process_time()
    with duckdb.connect(str(file)) as con:
        con.execute(
            f"create table sales_lines as select * from read_csv('{source}', header = true, "
            f"auto_detect = false, delim = ',', quote = '\"', columns = {types})"
        )
        con.execute("checkpoint")
    seconds, cpu = time.perf_counter() - start, time.process_time() - spent
    file.unlink()
    return seconds, cpu


def ours(home: Path) -> dict[str, float]:
    """`take_in` in a process of its own, so that its peak memory is its own."""
    told = subprocess.run(
        [sys.executable, "-c", RUN, str(home)], check=True, capture_output=True, text=True
    )
    return json.loads(told.stdout)


def fresh(folder: Path) -> Path:
    home = folder / "home"
    shutil.rmtree(home, ignore_errors=True)
    (home / "landing").mkdir(parents=True)
    return home


def big(folder: Path, lines: int, rounds: int) -> dict[str, object]:
    source = folder / "sales_lines_20241231.csv"
    sales_lines(lines).write_csv(source)
    runs, yardsticks = [], []
    for _ in range(rounds):
        yardsticks.append(duckdb_seconds(source, folder))
        home = fresh(folder)
        (home / "landing" / source.name).symlink_to(source)
        runs.append(ours(home))
        assert runs[-1]["rows"] == lines, runs
    best = min(runs, key=lambda run: run["seconds"])
    return {
        "lines": lines,
        "megabytes": source.stat().st_size >> 20,
        "seconds": [round(run["seconds"], 2) for run in runs],
        "duckdb_seconds": [round(seconds, 2) for seconds, _ in yardsticks],
        "duckdb_cpu_seconds": [round(cpu, 2) for _, cpu in yardsticks],
        "ratio": round(best["seconds"] / min(yardsticks)[0], 2),
        "cpu_seconds": [round(run["cpu_seconds"], 2) for run in runs],
        "peak_mb": max(run["peak_mb"] for run in runs),
    }


def small(folder: Path, files: int) -> dict[str, object]:
    home = fresh(folder)
    stores = 50
    rows = sales_lines(20 * 50)
    for number in range(files):
        day = date(2023, 1, 1) + timedelta(number // stores)
        store = f"ST-{number % stores:03d}"
        part = rows.slice((number * 20) % rows.height, 20).with_columns(
            transaction_id=pl.lit(f"{store}-{day}-") + pl.col("receipt_number"),
            store_id=pl.lit(store),
            business_date=pl.lit(str(day)),
        )
        place = home / "landing" / store
        place.mkdir(exist_ok=True)
        part.write_csv(place / f"sales_lines_{store}_{day:%Y%m%d}.csv")
    first = ours(home)
    assert first["files"] == files, first
    again = ours(home)
    return {
        "files": files,
        "seconds": round(first["seconds"], 2),
        "nothing_new_seconds": round(again["seconds"], 2),
        "peak_mb": first["peak_mb"],
    }


# DuckDB only reads, types and writes. Beside that we look into every text for card numbers, know
# which lines came before, check promises and keep the file: that may cost half as much again.
BOUND = 1.75


def rows() -> list[Row]:
    """The promise of `make bench`: the big export, not far from DuckDB's own reading."""
    with tempfile.TemporaryDirectory() as folder:
        told = big(Path(folder), 2_000_000, 2)
    ours_best, duckdb_best = min(told["seconds"]), min(told["duckdb_seconds"])  # type: ignore[call-overload]
    return [Row("ingest of 2 M lines / DuckDB's own reading", ours_best, duckdb_best, BOUND)]


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--lines", type=int, default=2_000_000)
    asked.add_argument("--files", type=int, default=10_000)
    asked.add_argument("--rounds", type=int, default=2)
    asked.add_argument("--json", type=Path)
    told = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="loupe-bench-") as folder:
        result = {
            "big": big(Path(folder), told.lines, told.rounds),
            "small": small(Path(folder), told.files),
        }
    for name, figures in result.items():
        print(f"\n{name}")
        for key, value in figures.items():
            print(f"  {key:22}{value}")
    if told.json:
        told.json.write_text(json.dumps(result, indent=2), "utf-8")


if __name__ == "__main__":
    main()
