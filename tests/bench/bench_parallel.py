"""A backfill of 1,000 files: what each core brings, and that memory stays within its bound.

    python -m tests.bench parallel

The same files become the same single batch three ways: by one process on one core, by one process
on all cores, by a reading process a core. Seconds are of `take_in` alone; memory is the peak of the
whole tree of processes, bytes shared with files (libraries) left out. Its bound is stated a process
and knows nothing of how many files there are: half of them must come near to what all take.

Once the backfill is killed in the middle: nothing of it is committed, and the next one is the whole
batch again, as fast as one that nothing had happened to.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from pipelines.ingest.workers import PROCESS_BYTES
from tests.bench.bench_ingest import sales_lines
from tests.bench.measure import timed
from tests.bench.rows import Row

FILES = 1_000
LINES = 2_000
ROUNDS = 3
STORES = 20
# Two cores leave nothing to win over one process: it reads, types and writes at the same time, and
# beside two reading processes the run itself keeps the files and writes the tables.
SLOWER = 1.25
# Of the seconds on one core: what cores beyond the first must bring, up to the tables' writing,
# which is one process's work. The second core only makes room for the run beside its readers.
GAIN_A_CORE = 0.3
SERIAL_SHARE = 0.35
GROWTH = 1.25
AGAIN = 1.25
RUN = """
import json, os, sys, time
cores = sorted(os.sched_getaffinity(0))[: int(sys.argv[3])]
os.sched_setaffinity(0, cores)
from pathlib import Path
from pipelines.ingest.batch import take_in
from pipelines.settings import Home, Settings
home = Home(Path(sys.argv[1]))
settings = Settings(quiet_seconds=0, ingest_processes=int(sys.argv[2]))
start = time.perf_counter()
result = take_in(home, settings)
print(json.dumps({
    "seconds": time.perf_counter() - start,
    "rows": sum(result.rows.values()),
    "accepted": result.count("accepted"),
    "batches": len([one for one in home.batches.iterdir() if one.name != "_schema"]),
}))
"""


@dataclass(frozen=True)
class Backfill:
    """One backfill: seconds, and the peak bytes of all its processes together."""

    seconds: float
    peak_bytes: int


def rows() -> list[Row]:
    """All cores against one, several processes against one, memory against its bound."""
    cores = len(os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory(prefix="loupe-bench-") as folder:
        many, few = Path(folder) / "many", Path(folder) / "few"
        write_files(many, FILES)
        write_files(few, FILES // 2)
        # By turns, and the best of each: the machine may have other things to do.
        turns = [
            (
                backfill(many, FILES, 1, 1),
                backfill(many, FILES, 1, cores),
                backfill(many, FILES, cores, cores),
            )
            for _ in range(ROUNDS)
        ]
        # As many processes for both, also where there are more cores.
        half, whole = (backfill(few, FILES // 2, 2, cores), backfill(many, FILES, 2, cores))
        on_one, alone, together = (
            min(run.seconds for run in runs) for runs in zip(*turns, strict=True)
        )
        again = after_a_kill(many, FILES, cores, together / 2)
    peak = max(turn[2].peak_bytes for turn in turns)
    lines = FILES * LINES
    print(
        f"{FILES:,} files, {lines:,} lines, {cores} cores: {on_one:.1f} s on one, {alone:.1f} s by "
        f"one process on all, {together:.1f} s by a process a core ({lines / together:,.0f} lines "
        f"a second, {on_one / together:.2f} times one core); load {os.getloadavg()[0]:.1f}"
    )
    what = f"backfill of {FILES:,} files, a process a core"
    gain = max(SERIAL_SHARE, 1 / (1 + GAIN_A_CORE * (cores - 2)))
    return [
        Row(f"{what} / one core", together, on_one, gain),
        Row(f"{what} / one process", together, alone, SLOWER),
        Row(f"{what}, after a kill in the middle / undisturbed", again.seconds, together, AGAIN),
        _memory(f"{what}, memory / bound", peak, (cores + 1) * PROCESS_BYTES, 1.0),
        _memory("memory of 1,000 files / of 500", whole.peak_bytes, half.peak_bytes, GROWTH),
    ]


def _memory(what: str, measured: int, against: int, bound: float) -> Row:
    return Row(what, measured / 2**20, against / 2**20, bound, "MB")


def write_files(home: Path, files: int) -> None:
    """Exports of a store and a day each, the same bytes every time."""
    landing = home / "landing"
    landing.mkdir(parents=True)
    lines = sales_lines(10 * LINES)
    for number in range(files):
        day = date(2023, 1, 1) + timedelta(number // STORES)
        store = f"ST-{number % STORES:03d}"
        part = lines.slice(number * 97 % (lines.height - LINES), LINES).with_columns(
            transaction_id=pl.lit(f"{store}-{day}-") + pl.col("receipt_number"),
            store_id=pl.lit(store),
            business_date=pl.lit(str(day)),
        )
        part.write_csv(landing / f"sales_lines_{store}_{day:%Y%m%d}.csv")


def backfill(home: Path, files: int, processes: int, cores: int) -> Backfill:
    """Takes everything in, as if for the first time."""
    _forget(home)
    return _taken_in(home, files, processes, cores)


def after_a_kill(home: Path, files: int, cores: int, seconds: float) -> Backfill:
    """A backfill killed after so many seconds, which may leave no batch; then the next one."""
    _forget(home)
    killed = subprocess.Popen(_command(home, cores, cores), stdout=subprocess.DEVNULL)
    time.sleep(seconds)
    killed.kill()
    assert killed.wait() == -signal.SIGKILL, "it had ended before it was killed"
    left = sorted(path.name for path in (home / "lake" / "batches").iterdir())
    assert left == ["_schema"], left
    return _taken_in(home, files, cores, cores)


def _forget(home: Path) -> None:
    for written in ("lake", "archive", "warehouse"):
        shutil.rmtree(home / written, ignore_errors=True)
    os.sync()


def _taken_in(home: Path, files: int, processes: int, cores: int) -> Backfill:
    run = timed(*_command(home, processes, cores))
    told = json.loads(run.output.splitlines()[-1])
    expected = {"rows": files * LINES, "accepted": files, "batches": 1}
    assert told | expected == told, told
    return Backfill(told["seconds"], run.peak_bytes)


def _command(home: Path, processes: int, cores: int) -> list[str]:
    return [sys.executable, "-c", RUN, str(home), str(processes), str(cores)]
