"""Read in several processes, a batch is the one that a single process makes."""

import gzip
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq
import pytest
from ingest_exports import STORES, sale, sales

from pipelines.demo import write_network
from pipelines.ingest import rounds, workers
from pipelines.ingest.batch import BatchResult, take_in
from pipelines.ingest.reading import bunches
from pipelines.ingest.workers import ReadingStopped, most_processes, processes_for
from pipelines.settings import PROJECT, Home, Settings

NOW = datetime(2026, 6, 1, tzinfo=UTC)
PARTS = """
system: till
export: by_hour
dataset: store_traffic
files: {regex: '(?P<store_id>[A-Z]+)_(?P<business_date>\\d{8})_(?P<hour>\\d\\d)\\.traffic\\.csv'}
scope_part: {file: hour}
columns: {store_id: Shop, business_date: Day, visitors: People}
"""


# ── how many ─────────────────────────────────────────────────────────────────────────────────

MB = 1 << 20


@pytest.mark.parametrize(
    ("costs", "most", "processes"),
    [
        ([], 8, 1),
        # A daily run of a few dozen small files.
        ([2 * MB] * 6, 8, 1),
        ([8 * MB] * 100, 8, 8),
        ([8 * MB] * 100, 1, 1),
        ([8 * MB] * 30, 8, 2),
        # One file is one process's work; beside a giant there is no work for many.
        ([500 * MB], 8, 1),
        ([500 * MB, 400 * MB, *[8 * MB] * 5], 8, 2),
    ],
)
def test_a_process_must_be_worth_its_start(costs, most, processes):
    assert processes_for(costs, most) == processes


def test_processes_are_as_many_as_cores_while_they_fit_in_half_of_the_memory(monkeypatch):
    assert most_processes(Settings(ingest_processes=3)) == 3
    monkeypatch.setattr(workers, "_cores", lambda: 16)
    monkeypatch.setattr(workers, "_memory", lambda: 1 << 40)
    assert most_processes(Settings()) == 16
    monkeypatch.setattr(workers, "_memory", lambda: 8 * workers.PROCESS_BYTES)
    assert most_processes(Settings()) == 4
    monkeypatch.setattr(workers, "_memory", lambda: 1)
    assert most_processes(Settings()) == 1


def test_a_small_batch_starts_no_process(network, monkeypatch):
    monkeypatch.setattr(workers.subprocess, "Popen", lambda *args, **more: pytest.fail("started"))
    for day in range(1, 29):
        network.put(f"sales_lines_NYC_202401{day:02}.csv", sales(sale(day=f"2024-01-{day:02}")))
    assert network.take_in().count("accepted") == 28


# ── equal ────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def ugly(tmp_path_factory) -> Path:
    """A home nobody has read yet: a network with planted errors, and what else can come."""
    home = Home(tmp_path_factory.mktemp("ugly"))
    landing = home.landing
    write_network(landing, home.truth_file, stores=2, days=7, until=date(2026, 5, 20))
    (home.mappings / "till").mkdir(parents=True)
    (home.mappings / "till" / "by_hour.yml").write_text(PARTS)
    many = [sale(f"T{n}", day="2024-02-01", net=f"{n}.00") for n in range(400)]
    local = sale(store="LAX", sold_at="2024-01-01T10:00:00")
    files: dict[str, str | bytes] = {
        "stores_20240101.csv": STORES,
        # A stores list of the same batch says where LAX is; nobody says where ZZZ is.
        "sales_lines_LAX_20240101.csv": sales(local),
        "sales_lines_ZZZ_20240101.csv": sales(local.replace("LAX", "ZZZ")),
        # Bytes that came three times, and two days told by their names alone.
        **{f"{where}/sales_lines_NYC_20240201.csv": sales(*many) for where in "abc"},
        "sales_lines_NYC_20240202.csv": sales(),
        "sales_lines_NYC_20240203.csv": sales(),
        "again/sales_lines_NYC_20240203.csv": sales(),
        # Compressed files are read alone; this one repeats lines and keys.
        "sales_lines_NYC_20240204.csv.gz": gzip.compress(
            sales(*many, many[7], many[8].replace(",8.00,", ",9.00,")).encode(), mtime=0
        ),
        "sales_lines_NYC_20240205.csv.gz": gzip.compress(sales(*many).encode(), mtime=0),
        "sales_lines_NYC_20240206.csv.gz": b"no gzip at all",
        "sales_lines_NYC_20240207.csv": sales(*["x" for _ in many]),
        "sales_lines_NYC_20240208.csv": "shop,day\nNYC,2024-02-08\n",
        "sales_lines_NYC_20240209.csv": sales(*many[:30], sale("bad", net="1.005")),
        "sales_lines_NYC_20240209.csv.control.json": json.dumps({"rows": 31}),
        "sales_lines_NYC_20240210.csv": sales(*many[:30]),
        "sales_lines_NYC_20240210.csv.control.json": json.dumps({"rows": 7}),
        "nobody knows.csv": "a,b\n1,2\n",
        # Parts of two days, one of which came whole.
        "store_traffic_NYC_20240301.csv": "store_id,business_date,visitors\nNYC,2024-03-01,9\n",
        **{
            f"NYC_202403{day:02}_{hour}.traffic.csv": f"Shop,Day,People\nNYC,2024-03-{day:02},4\n"
            for day in (1, 2)
            for hour in (10, 11)
        },
    }
    for name, content in files.items():
        path = landing / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        # Parts come after the day that came whole.
        when = NOW.timestamp() + 60 * path.name.endswith(".traffic.csv")
        os.utime(path, (when, when))
    return home.root


@pytest.fixture
def copied(ugly: Path, tmp_path: Path):
    """The same home again, down to the inodes, so that the very manifests must be equal."""

    def copy(name: str) -> Home:
        shutil.copytree(ugly, tmp_path / name, copy_function=os.link)
        return Home(tmp_path / name)

    return copy


@pytest.fixture
def _in_pieces(monkeypatch):
    """Bunches of some kilobytes, each worth a process."""
    monkeypatch.setattr(bunches, "_TOGETHER_BYTES", 16_000)
    monkeypatch.setattr(workers, "WORTH_A_PROCESS", 1)
    monkeypatch.setattr(rounds, "_TELL_EVERY", 1)


def _read(home: Home, processes: int, progress=None) -> BatchResult:
    settings = Settings(quiet_seconds=0, ingest_processes=processes)
    return take_in(home, settings, now=NOW, progress=progress)


def _assert_equal(one: BatchResult, other: BatchResult) -> None:
    assert (one.batch_id, one.files, one.rows) == (other.batch_id, other.files, other.rows)
    assert one.path and other.path
    assert _names(one.path) == _names(other.path)
    manifests = [json.loads((told.path / "manifest.json").read_text()) for told in (one, other)]
    assert manifests[0] == manifests[1]
    for path in one.path.glob("*.parquet"):
        twin = other.path / path.name
        assert pl.read_parquet(path).equals(pl.read_parquet(twin)), path.name
        assert _layout(path) == _layout(twin), path.name


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*"))


def _layout(path: Path) -> list[tuple]:
    """Row groups of a Parquet file: rows, compression and encodings of each column, statistics."""
    told = pq.read_metadata(path)
    groups = [told.row_group(number) for number in range(told.num_row_groups)]
    return [
        (
            group.num_rows,
            [
                (c.path_in_schema, c.compression, set(c.encodings), c.statistics.to_dict())
                for c in map(group.column, range(group.num_columns))
            ],
        )
        for group in groups
    ]


@pytest.mark.usefixtures("_in_pieces")
def test_several_processes_make_the_batch_that_one_makes(copied):
    one = _read(copied("one"), 1)
    home = copied("three")
    three = _read(home, 3)
    _assert_equal(one, three)
    statuses = {name: one.count(name) for name in ("accepted", "duplicate", "refused", "waiting")}
    assert min(statuses.values()) > 0, statuses
    assert sum("delivered whole" in (told.reason or "") for told in three.files) == 2
    assert _names(home.incoming) == []
    assert _read(home, 3).batch_id is None


@pytest.mark.usefixtures("_in_pieces")
def test_what_was_known_before_counts_in_every_process(copied):
    """The second batch: whole days, stores and bytes that the lake has already."""
    results = []
    for processes in (1, 2):
        home = copied(f"home{processes}")
        later = home.landing / "later"
        home.landing.rename(home.root / "all")
        home.landing.mkdir()
        for path in (home.root / "all").glob("store*.csv"):
            os.link(path, home.landing / path.name)
        _read(home, processes)
        (home.root / "all").rename(later)
        results.append(_read(home, processes))
    _assert_equal(*results)
    assert results[0].count("duplicate") > 2


# ── what can go wrong ────────────────────────────────────────────────────────────────────────


def _reading_processes() -> list[int]:
    """The reading processes of this process."""
    found = []
    for told in Path("/proc/self/task").glob("*/children"):
        for pid in told.read_text().split():
            if b"pipelines.ingest.worker" in Path(f"/proc/{pid}/cmdline").read_bytes():
                found.append(int(pid))
    return found


@pytest.mark.usefixtures("_in_pieces")
def test_a_reading_process_that_is_killed_leaves_nothing_committed(copied):
    home = copied("killed")

    def kill(what: str, done: int, whole: int) -> None:
        if what == "reading":
            for pid in _reading_processes():
                os.kill(pid, signal.SIGKILL)

    with pytest.raises(ReadingStopped, match=r"SIGKILL.*out of memory.*run again"):
        _read(home, 2, kill)
    assert _reading_processes() == []
    assert [path.name for path in home.batches.iterdir()] == ["_schema"]
    _assert_equal(_read(copied("calm"), 1), _read(home, 2))


@pytest.mark.usefixtures("_in_pieces")
def test_what_a_reading_process_cannot_do_is_told(copied):
    home = copied("lost")

    def lose_the_room(what: str, done: int, whole: int) -> None:
        for room in home.incoming.glob("*/spool"):
            shutil.rmtree(room, ignore_errors=True)

    with pytest.raises(ReadingStopped, match=r"(?s)Nothing was committed.*No such file"):
        _read(home, 2, lose_the_room)
    assert _reading_processes() == []
    assert _names(home.incoming) == []


KILLED = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, "tests/unit/ingest")
from pipelines.ingest import rounds, workers
from pipelines.ingest.reading import bunches
from test_ingest_parallel import _read, _reading_processes
from pipelines.settings import Home
bunches._TOGETHER_BYTES, workers.WORTH_A_PROCESS, rounds._TELL_EVERY = 16_000, 1, 1

def end(what, done, whole):
    if what == "reading":
        print(*_reading_processes(), flush=True)
        os.kill(os.getpid(), signal.SIGNAL)

_read(Home(Path(sys.argv[1])), 2, end)
"""


@pytest.mark.parametrize("how", ["SIGKILL", "SIGINT"])
def test_a_run_that_is_killed_takes_its_reading_processes_along(copied, how):
    home = copied("killed")
    killed = subprocess.run(
        [sys.executable, "-c", KILLED.replace("SIGNAL", how), str(home.root)],
        capture_output=True,
        text=True,
        cwd=PROJECT,
        check=False,
    )
    assert killed.returncode == -signal.Signals[how], killed.stderr
    processes = [Path("/proc") / pid for pid in killed.stdout.split()]
    assert len(processes) == 2
    for _ in range(50):
        if not any(path.exists() for path in processes):
            break
        time.sleep(0.1)
    else:
        pytest.fail("a reading process outlived its run")
    assert [path.name for path in home.batches.iterdir()] == ["_schema"]
    assert _read(home, 1).batch_id
    assert _names(home.incoming) == []
