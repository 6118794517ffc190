"""The `loupe` command as a person uses it: the real processes, Dagster's job included."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from pipelines.build.lock import only_writer
from pipelines.ingest.batch import take_in
from pipelines.settings import Home
from tests.street import files
from tests.street.files import Receipt
from tests.street.town import Town

DAY = date(2026, 3, 2)
RUNG = [Receipt(1, "RING-1", 12000), Receipt(2, "NECK-1", 150000), Receipt(3, "RING-2", -48000)]


def loupe(*arguments: str, home: Home) -> subprocess.CompletedProcess[str]:
    """Run a command to its end; it may never print a traceback."""
    told = subprocess.run(
        [sys.executable, "-m", "pipelines.cli", *arguments, "--home", str(home.root)],
        capture_output=True,
        text=True,
        env={**os.environ, "COLUMNS": "160"},
        check=False,
    )
    assert "Traceback" not in told.stdout + told.stderr, told.stderr
    return told


@pytest.fixture(scope="module")
def lived_in(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home after one run: a good day, and every ugly file a landing folder can hold."""
    home = Home(tmp_path_factory.mktemp("home"))
    town = Town(home, children=None)  # type: ignore[arg-type] - only drops files
    town.drop("stores_20260301.csv", files.stores())
    town.drop("items_20260301.csv", files.items())
    town.drop("sales_lines_NYC_20260302.csv", files.sales("NYC", DAY, RUNG))
    town.drop("tenders_NYC_20260302.csv", files.tenders("NYC", DAY, RUNG))
    _drop_ugly(town)
    told = loupe("run", "--now", "2026-03-03T18:00:00", "--json", home=home)
    assert told.returncode == 0, told.stdout + told.stderr
    (home.root / "first_run.json").write_text(told.stdout)
    return home


def _drop_ugly(town: Town) -> None:
    good = files.sales("LAX", DAY, RUNG)
    town.drop("sales_lines_LAX_20260301.csv", b"")
    town.drop("sales_lines_LAX_20260302.csv", bytes(range(256)) * 40)
    town.drop("sales_lines_LAX_20260303.csv.gz", gzip.compress(good.encode())[:-20])
    town.drop("sales_lines_LAX_20260304.csv", good.encode("utf-16"))
    town.drop("sales_lines_LAX_20260305.csv", good.splitlines()[0] + "\n" + "x" * 100_000_000)
    town.drop("sales_lines_LAX_20260306.csv", good.replace("net_amount", "net_amt"))
    town.drop("sales_lines_LAX_20260307.xlsx", b"PK\x03\x04 not a workbook")
    town.drop("notes.txt", "call Miami about the late file")
    bomb = town.home.landing / "sales_lines_LAX_20260308.xlsx"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 200_000_000)
    town.drop("sales_lines_LAX_20260309.csv.gz", gzip.compress(b"0" * 300_000_000))
    (town.home.landing / "sales_lines_LAX_20260310.csv").mkdir()
    (town.home.landing / "round").symlink_to(town.home.landing)
    (town.home.landing / "sales_lines_LAX_20260311.csv").symlink_to("nowhere.csv")


def test_ugly_files_are_told_in_words_and_the_good_day_is_published(lived_in: Home) -> None:
    told = json.loads((lived_in.root / "first_run.json").read_text())
    assert told["status"] == "published"
    assert told["summary"]["Files accepted"] == 4
    for number in (1, 2, 3, 4, 5, 6, 7, 8, 9):
        notes = [n for n in told["notes"] if f"LAX_2026030{number}." in n]
        assert len(notes) == 1, (number, told["notes"])
        assert ": refused. " in notes[0], notes
    [days] = json.loads(
        loupe(
            "sql",
            "select net_sales, transactions from kpi.store_day_kpis",
            "--json",
            home=lived_in,
        ).stdout
    )["rows"]
    assert days == {"net_sales": "114000.00", "transactions": 2}


def test_nothing_new_changes_nothing_and_ends_well(lived_in: Home) -> None:
    before = sorted(p.name for p in lived_in.batches.iterdir())
    told = loupe("run", "--now", "2026-03-03T19:00:00", home=lived_in)
    assert told.returncode == 0, told.stderr
    assert sorted(p.name for p in lived_in.batches.iterdir()) == before
    assert "make serve" in told.stdout


def test_explain_names_the_file_and_the_lines(lived_in: Home) -> None:
    told = loupe(
        "explain",
        "finance.store_days",
        "store_id=NYC",
        f"business_date={DAY}",
        "--measure",
        "net_sales",
        home=lived_in,
    )
    assert told.returncode == 0, told.stderr
    assert "114,000" in told.stdout
    for line in ("2", "3", "4"):
        assert f"sales_lines_NYC_20260302.csv │ {line} " in told.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("explain", "finance.store_days", "store_id"), "column=value"),
        (("explain", "finance.nothing", "a=b"), "no published table"),
        (("sql", "delete from kpi.store_day_kpis"), "read, never written"),
        (("sql", "select * from read_csv('/etc/passwd')"), "disabled by configuration"),
        (("sql", "select nonsense"), "nonsense"),
        (("sql", "select 1", "--as-of", "run_1"), "run_1"),
        (("check", "nowhere.csv"), "nowhere.csv"),
        (("rebuild", "--as-of", "2001-01-01"), "Nothing had been published"),
    ],
)
def test_a_wrong_question_is_answered_in_words(
    lived_in: Home, arguments: tuple[str, ...], said: str
) -> None:
    told = loupe(*arguments, home=lived_in)
    assert told.returncode == 1
    assert said in " ".join((told.stdout + told.stderr).split())


def test_check_reads_a_file_and_takes_nothing_in(lived_in: Home, tmp_path: Path) -> None:
    before = sorted(p.name for p in lived_in.batches.iterdir())
    file = tmp_path / "sales_lines_NYC_20260303.csv"
    rung = [Receipt(n, "RING-1", 12000) for n in range(4, 24)]
    text = files.sales("NYC", date(2026, 3, 3), rung)
    file.write_text(text.replace("12000.00", "12000.001", 1))
    told = loupe("check", str(file), home=lived_in)
    assert "net_amount" in told.stdout
    assert sorted(p.name for p in lived_in.batches.iterdir()) == before


def test_status_and_doctor_answer(lived_in: Home) -> None:
    status = json.loads(loupe("status", "--json", home=lived_in).stdout)
    assert status["last_run"]["status"] == "published"
    assert status["store_days"]
    findings = json.loads(loupe("doctor", "--json", home=lived_in).stdout)
    assert [f["subject"] for f in findings if not f["well"]] == []


def test_the_second_writer_is_told_so_and_changes_nothing(lived_in: Home) -> None:
    with only_writer(lived_in):
        told = loupe("run", home=lived_in)
    assert told.returncode == 1
    assert "already under way" in " ".join(told.stderr.split())


def test_a_blocked_run_keeps_the_figures_before_and_says_so(
    lived_in: Home, new_town: Callable[[], Town]
) -> None:
    current = lived_in.current_pointer.read_text()
    town = Town(lived_in, children=None)  # type: ignore[arg-type]
    late = date(2026, 3, 3)
    town.drop("sales_lines_NYC_20260303.csv", files.sales("NYC", late, [Receipt(4, "RING-1", 9)]))
    batch = take_in(lived_in, lived_in.settings())
    assert batch.path is not None
    lines = batch.path / "sales_lines.parquet"
    pl.read_parquet(lines).clear().write_parquet(lines)  # a disk loses the batch's rows

    told = loupe("run", "--now", "2026-03-04T18:00:00", home=lived_in)

    assert told.returncode == 2
    said = " ".join((told.stdout + told.stderr).split())
    assert "The figures before stay" in said
    assert "sales_lines: 1 row breaks it. Expected: Each file gave sales_lines as many rows" in said
    assert lived_in.current_pointer.read_text() == current
    last = json.loads(lived_in.last_run_file.read_text())
    assert last["status"] == "blocked"
    assert "sales_lines" in json.dumps(last["failed_checks"])
