"""A dry run says what a file would change: its key figures beside those loaded now."""

from __future__ import annotations

import os
from decimal import Decimal
from pathlib import Path

import pytest
from ingest_exports import STORES, sale, sales
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.ingest.check import check_file
from pipelines.ingest.figures import Compared
from pipelines.ingest.reading import bunches

NAME = "sales_lines_NYC_20240101.csv"
TENDERS = (
    "transaction_id,tender_number,store_id,register_id,business_date,tender_type,tender_amount,"
    "currency"
)
COUNTED = """\
system: counter
export: people
dataset: store_traffic
files:
  regex: '(?P<store_id>[A-Z]+)_(?P<business_date>\\d{8})(-(?P<door>D\\d))?(@(?P<at>\\d+))?\\.txt'
columns:
  store_id: {file: store_id}
  business_date: {file: business_date}
  hour: Hour
  visitors: People
"""


class Dry:
    """A home with something loaded, and a look at what a file would change."""

    def __init__(self, network) -> None:
        self.network = network

    def load(self, name: str, content: str) -> None:
        assert self.network.one(name, content).status == "accepted"

    def figures(self, name: str, content: str) -> dict[tuple[str, str], Compared]:
        path = self.network.home.root / "waiting" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(content, "utf-8")
        (report,) = check_file(path, home=self.network.home, settings=self.network.settings)
        assert report.status == "accepted", report.reason
        return {(one.scope, one.measure): one for one in report.figures}


@pytest.fixture
def dry(network):
    return Dry(network)


def told(new: str, loaded: str | None) -> tuple[Decimal, Decimal | None]:
    return Decimal(new), None if loaded is None else Decimal(loaded)


@pytest.mark.parametrize("is_big", [False, True])
def test_sales_of_a_store_day_beside_the_loaded_ones(dry, monkeypatch, is_big):
    lines = [sale(), sale("T2", net="50.00"), sale("T3", net="-20.00", quantity="-1")]
    lines.append(sale("T4", net="900.00").replace("completed", "voided"))
    lines.append(sale("T5", net="7.00").replace("merchandise", "service"))
    dry.load(NAME, sales(*lines))
    if is_big:
        monkeypatch.setattr(bunches, "SMALL_BYTES", 0)
    changed = [*lines[1:], sale("T6", net="1.50"), sale("T9", day="2024-01-02")]
    found = dry.figures(NAME, sales(*changed))
    got = {key: (one.new, one.loaded) for key, one in found.items()}
    day = "NYC|2024-01-01"
    assert got[day, "rows"] == told("5", "5")
    assert got[day, "transactions"] == told("4", "4")
    assert got[day, "net sales"] == told("31.50", "130.00")
    assert got[day, "units"] == told("1.000", "1.000")
    assert got[day, "tax"] == told("35.52", "35.52")
    assert got["NYC|2024-01-02", "net sales"] == told("100.00", None)
    assert found[day, "net sales"].differs
    assert not found[day, "rows"].differs


def test_tenders_by_type(dry):
    rows = ["T1,1,NYC,R1,2024-01-01,cash,100.00,USD", "T1,2,NYC,R1,2024-01-01,card,30.00,USD"]
    dry.load("tenders_NYC_20240101.csv", "\n".join([TENDERS, *rows]) + "\n")
    rows = ["T1,1,NYC,R1,2024-01-01,cash,90.00,USD", "T2,1,NYC,R1,2024-01-01,check,5.00,USD"]
    found = dry.figures("tenders_NYC_20240101.csv", "\n".join([TENDERS, *rows]) + "\n")
    got = {measure: (one.new, one.loaded) for (_, measure), one in found.items()}
    assert got == {
        "rows": told("2", "2"),
        "cash": told("90.00", "100.00"),
        "check": told("5.00", "0"),
        "card": told("0", "30.00"),
    }


def test_a_day_delivered_empty_is_compared_with_what_was_there(dry):
    dry.load(NAME, sales(sale()))
    found = dry.figures(NAME, sales())
    assert found["NYC|2024-01-01", "net sales"].loaded == 100
    assert found["NYC|2024-01-01", "net sales"].new == 0


def test_the_newest_version_counts_and_a_late_older_export_does_not(dry):
    mapping = COUNTED + "exported_at: {file: at, format: '%H%M%S'}\n"
    dry.network.home.mappings.mkdir(parents=True)
    (dry.network.home.mappings / "m.yml").write_text(mapping, "utf-8")
    for at, people in ((120000, 5), (110000, 99), (130000, 8), (125959, 70)):
        dry.load(f"NYC_20240101@{at}.txt", f"Hour,People\n9,{people}\n")
    found = dry.figures("NYC_20240101@140000.txt", "Hour,People\n9,9\n")
    assert found["NYC|2024-01-01", "visitors"].loaded == 8


def test_a_part_is_compared_with_its_part_and_a_day_with_all_of_them(dry):
    mapping = COUNTED + "scope_part: {file: door}\n"
    dry.network.home.mappings.mkdir(parents=True)
    (dry.network.home.mappings / "m.yml").write_text(mapping, "utf-8")
    dry.load("NYC_20240101-D1.txt", "Hour,People\n9,5\n")
    dry.load("NYC_20240101-D2.txt", "Hour,People\n10,7\n")
    part = dry.figures("NYC_20240101-D2.txt", "Hour,People\n10,8\n")
    assert part["NYC|2024-01-01", "visitors"].loaded == 7
    whole = dry.figures("NYC_20240101.txt", "Hour,People\n9,5\n10,8\n")
    assert whole["NYC|2024-01-01", "visitors"].loaded == 12


def test_lists_are_compared_as_a_whole_and_keyed_rows_not_at_all(dry):
    dry.load("stores_20240101.csv", STORES)
    found = dry.figures("stores_20240102.csv", STORES.rsplit("LAX", 1)[0])
    assert {key: (one.new, one.loaded) for key, one in found.items()} == {
        ("all", "rows"): told("1", "2")
    }
    assert dry.figures("items_20240102.csv", "item_id,item_name,is_serialized\nA,B,true\n") == {}


def test_the_command_shows_what_would_change(dry):
    home = dry.network.home
    dry.load(NAME, sales(sale(), sale("T2", day="2024-01-02")))
    path = home.root / NAME
    path.write_text(sales(sale(net="80.00"), sale("T2", day="2024-01-02")), "utf-8")
    before = {one: one.stat().st_mtime_ns for one in home.lake.rglob("*")}

    def check(*more: str) -> str:
        asked = ["check", str(path), "--home", str(home.root), *more]
        result = CliRunner().invoke(app, asked)
        assert result.exit_code == 0, result.output
        return " ".join(result.output.split())

    output = check()
    assert "2 of 2 scope(s) loaded before" in output
    assert "NYC 2024-01-01: net sales 100.00 → 80.00 (-20.00)" in output
    path.write_text(sales(sale(), sale("T2", day="2024-01-02")), "utf-8")
    assert "Nothing loaded before would change." in check()
    assert '"loaded": "100.00"' in check("--json")
    assert before == {one: one.stat().st_mtime_ns for one in home.lake.rglob("*")}


def test_a_mapping_that_lies_anywhere_can_be_tried(dry, tmp_path):
    mapping = tmp_path / "try.yml"
    mapping.write_text(COUNTED, "utf-8")
    path = tmp_path / "NYC_20240101.txt"
    path.write_text("Hour,People\n9,5\n", "utf-8")
    (report,) = check_file(path, str(mapping), home=dry.network.home)
    assert (report.status, report.mapping, report.rows) == ("accepted", "counter/people", 1)


def test_what_is_no_file_is_refused_in_words(dry, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    os.mkfifo("pipe_20240101.csv")
    for name, words in (
        (".", "is a folder, not a file"),
        ("pipe_20240101.csv", "is no ordinary file"),
        ("gone.csv", "cannot be read: no such file or directory"),
    ):
        (report,) = check_file(Path(name), home=dry.network.home)
        assert (report.status, report.reason) == ("refused", words)


def test_a_card_number_in_a_bad_line_is_masked(dry):
    card = "4111111111111111"
    lines = [sale(f"T{no}") for no in range(30)] + [sale("T99", quantity=card + "x")]
    path = dry.network.home.root / NAME
    path.write_text(sales(*lines), "utf-8")
    (report,) = check_file(path, home=dry.network.home, settings=dry.network.settings)
    assert report.rejected == 1
    assert card not in repr(report)
