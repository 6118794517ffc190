"""A batch is in or out, nothing is taken twice, and every line is accounted for."""

import gzip
import json
import os
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ingest_exports import STORES, sale, sales

from pipelines.ingest.batch import take_in
from pipelines.ingest.killpoints import POINTS, VARIABLE
from pipelines.ingest.reading import big_file, bunches
from pipelines.settings import Home, Settings

SALES = "sales_lines_NYC_20240101.csv"


def test_a_native_file_becomes_rows_with_lineage(network):
    outcome = network.one("NYC/" + SALES, sales(sale(), sale(line=2)))
    assert (outcome.status, outcome.lines_read, outcome.rows_loaded) == ("accepted", 2, 2)
    rows = network.table("sales_lines")
    assert rows.get_column("_line_no").to_list() == [2, 3]
    assert rows.get_column("_scope").unique().to_list() == ["NYC|2024-01-01"]
    assert rows.get_column("_file_id").unique().to_list() == [outcome.file_id]
    archived = network.home.archive / outcome.file_id[:2] / outcome.file_id / SALES
    assert archived.read_text() == sales(sale(), sale(line=2))
    assert archived.stat().st_mode & 0o077 == 0


def test_nothing_new_makes_no_batch(network):
    network.put(SALES, sales(sale()))
    assert network.take_in().batch_id
    again = network.take_in()
    assert (again.batch_id, again.files, again.unchanged) == (None, [], 1)


def test_a_touched_file_of_the_same_bytes_is_nothing_new(network):
    path = network.put(SALES, sales(sale()))
    network.take_in()
    os.utime(path, (1, 1))
    assert network.take_in().batch_id is None
    assert network.take_in().unchanged == 1


def test_the_same_bytes_under_another_name_are_a_duplicate_on_record(network):
    network.put(SALES, sales(sale()))
    network.take_in()
    outcome = network.one("again/" + SALES, sales(sale()))
    assert outcome.status == "duplicate"
    assert SALES in outcome.reason
    assert network.table("sales_lines").height == 1
    assert sorted(network.table("files").get_column("status")) == ["accepted", "duplicate"]


def test_the_same_bytes_twice_in_one_batch_are_loaded_once(network):
    for folder in "abc":
        network.put(f"{folder}/{SALES}", sales(sale()))
    assert sorted(one.status for one in network.take_in().files) == [
        "accepted",
        "duplicate",
        "duplicate",
    ]
    assert network.table("sales_lines").height == 1


def test_header_only_files_of_two_days_are_two_deliveries(network):
    network.put("sales_lines_NYC_20240101.csv", sales())
    network.put("sales_lines_NYC_20240102.csv", sales())
    assert network.take_in().count("accepted") == 2
    network.put("sales_lines_NYC_20240103.csv", sales())
    network.put("sales_lines_NYC_20240103_2.csv", sales())
    later = network.take_in()
    assert (later.count("accepted"), later.count("duplicate")) == (1, 1)
    scopes = network.table("file_scopes").sort("business_date")
    assert scopes.get_column("business_date").to_list() == [date(2024, 1, day) for day in (1, 2, 3)]
    assert scopes.get_column("row_count").to_list() == [0, 0, 0]


def test_a_corrected_file_delivers_its_day_again(network):
    network.put(SALES, sales(sale(net="1.00")))
    network.take_in()
    network.put(SALES, sales(sale(net="2.00")))
    assert network.take_in().count("accepted") == 1
    assert network.table("file_scopes").get_column("scope").to_list() == ["NYC|2024-01-01"] * 2


def test_the_numeric_suffix_wins_within_a_batch_whatever_the_clock_says(network):
    for name, moment in (
        (SALES, 3_000),
        ("sales_lines_NYC_20240101_10.csv", 2_000),
        ("sales_lines_NYC_20240101_9.csv", 1_000),
    ):
        os.utime(network.put(name, sales(sale(net=f"{moment}.00"))), (moment, moment))
    network.take_in()
    order = network.table("files").sort("sequence_no").get_column("file_name").to_list()
    assert order == [SALES, "sales_lines_NYC_20240101_9.csv", "sales_lines_NYC_20240101_10.csv"]


def test_a_bad_line_is_set_aside_while_the_rest_goes_in(network):
    lines = [sale(line=number) for number in range(1, 20)]
    outcome = network.one(SALES, sales(*lines, sale(line=20, net="1.005")))
    assert (outcome.status, outcome.rows_loaded, outcome.rows_rejected) == ("accepted", 19, 1)
    (row,) = network.table("rejected_rows").iter_rows(named=True)
    assert row["line_no"] == 21
    assert (row["column_name"], row["rule"], row["value"]) == ("net_amount", "decimals", "1.005")
    assert "1.005" in row["raw_line"]
    assert (row["store_id"], row["business_date"]) == ("NYC", date(2024, 1, 1))
    (scope,) = network.table("file_scopes").iter_rows(named=True)
    assert (scope["row_count"], scope["rejected_count"]) == (19, 1)


def test_too_many_bad_lines_refuse_the_file_and_none_of_its_rows_go_in(network):
    lines = [sale(line=number, net="x" if number % 3 else "1.00") for number in range(30)]
    outcome = network.one(SALES, sales(*lines))
    assert outcome.status == "refused"
    assert "20 of 30 lines" in outcome.reason
    assert network.table("sales_lines").is_empty()
    assert network.take_in().batch_id is None
    network.put(SALES, sales(sale()))
    assert network.take_in().count("accepted") == 1


def test_a_refused_file_is_tried_again_when_its_mapping_changes(network):
    folder = network.home.mappings / "till"
    folder.mkdir(parents=True)
    text = """
system: till
export: traffic
dataset: store_traffic
files: "*.traffic.csv"
columns: {store_id: Shop, business_date: Day, visitors: %s}
"""
    (folder / "traffic.yml").write_text(text % "People")
    outcome = network.one("a.traffic.csv", "Shop,Day,Persons\nNYC,2024-01-01,5\n")
    assert outcome.status == "refused"
    assert "People" in outcome.reason
    assert network.take_in().batch_id is None
    (folder / "traffic.yml").write_text(text % "Persons")
    assert network.take_in().count("accepted") == 1


@pytest.mark.parametrize(
    ("told", "status", "words"),
    [
        ({"rows": 2, "sums": {"net_amount": "150.50"}}, "accepted", None),
        ({"rows": 3}, "refused", "rows: 3 told, 2 found"),
        ({"sums": {"net_amount": "150.51"}}, "refused", "net_amount"),
        ({"sums": {"store_id": 1}}, "refused", "no number"),
        ("[", "refused", "cannot be read"),
    ],
)
def test_control_totals_must_agree_to_the_cent(network, told, status, words):
    network.put(SALES + ".control.json", told if isinstance(told, str) else json.dumps(told))
    outcome = network.one(SALES, sales(sale(net="100.25"), sale(line=2, net="50.25")))
    assert outcome.status == status
    assert words is None or words in outcome.reason
    network.put(SALES + ".control.json", json.dumps({"rows": 2}))
    assert network.take_in().count("accepted") == (status == "refused")


def test_a_file_waits_for_the_time_zone_of_its_store_then_goes_in(network):
    local = sales(sale(sold_at="2024-01-01T10:00:00"))
    outcome = network.one(SALES, local)
    assert outcome.status == "waiting"
    assert "time zone of store NYC" in outcome.reason
    network.put("stores_20240101.csv", STORES)
    assert network.take_in().count("accepted") == 2
    assert network.table("sales_lines").get_column("sold_at").to_list() == [
        datetime(2024, 1, 1, 15)
    ]
    network.put(
        "sales_lines_LAX_20240101.csv",
        sales(sale("T2", store="LAX", sold_at="2024-01-01T10:00:00")),
    )
    assert network.take_in().count("accepted") == 1


def test_a_zone_that_is_none_is_as_good_as_unknown(network):
    network.put("stores_20240101.csv", STORES.replace("America/New_York", "New York"))
    outcome = network.one(SALES, sales(sale(sold_at="2024-01-01T10:00:00")))
    assert outcome.status == "waiting"


def test_big_and_small_files_come_out_the_same(network, tmp_path, monkeypatch):
    lines = [sale(f"T{n}", net="x" if n == 7 else "1.00") for n in range(60)]
    lines += [sale("T3"), lines[5], "too,short", "", sale("T99", line='"1"')]
    together = network.one(SALES, sales(*lines))
    monkeypatch.setattr(bunches, "SMALL_BYTES", 0)
    monkeypatch.setattr(big_file, "_STEP_ROWS", 10)
    monkeypatch.setattr("pipelines.ingest.readers.delimited.BLOCK_BYTES", 500)
    other = type(network)(Home(tmp_path / "other"))
    alone = other.one(SALES, sales(*lines))
    assert together == alone
    assert (alone.rows_rejected, alone.rows_skipped, alone.rows_loaded) == (3, 2, 60)
    for table in ("sales_lines", "rejected_rows", "file_scopes", "skipped_rows"):
        drop = ["_batch_id", "known_from", "delivery_id", "received_at", "raw_line"]
        first, second = (one.table(table).drop(drop, strict=False) for one in (network, other))
        assert first.sort(pl.all()).equals(second.sort(pl.all())), table


@pytest.mark.parametrize("form", ["csv.gz", "parquet", "xlsx"])
def test_every_native_format_gives_the_same_rows(network, form, tmp_path):
    text = sales(sale(), sale("T2", net="-5.50", quantity="-1"))
    name = f"sales_lines_NYC_20240101.{form}"
    plain = pl.read_csv(
        text.encode(),
        schema_overrides={
            "line_number": pl.Int32,
            "business_date": pl.Date,
            "net_amount": pl.Decimal(18, 2),
        },
    )
    path = tmp_path / name
    if form == "csv.gz":
        path.write_bytes(gzip.compress(text.encode()))
    elif form == "parquet":
        plain.write_parquet(path)
    else:
        plain.with_columns(pl.col("net_amount").cast(pl.Float64)).write_excel(path)
    assert network.one(name, path.read_bytes()).status == "accepted"
    rows = network.table("sales_lines").sort("transaction_id")
    assert [str(net) for net in rows.get_column("net_amount")] == ["100.00", "-5.50"]
    assert rows.get_column("business_date").to_list() == [date(2024, 1, 1)] * 2
    assert rows.get_column("_line_no").to_list() == ([1, 2] if form == "parquet" else [2, 3])


def test_batch_ids_only_grow_even_when_the_clock_goes_back(network):
    ids = []
    for day, clock in ((1, 2024), (2, 2020)):
        network.put(f"sales_lines_NYC_2024010{day}.csv", sales(sale(day=f"2024-01-0{day}")))
        now = datetime(clock, 1, 1, tzinfo=UTC)
        ids.append(take_in(network.home, network.settings, now=now).batch_id)
    assert ids == ["20240101T000000000000Z", "20240101T000000000001Z"]


def test_the_ledger_can_be_lost_or_damaged(network):
    network.put(SALES, sales(sale()))
    network.take_in()
    for harm in (lambda file: file.unlink(), lambda file: file.write_bytes(b"no database" * 99)):
        harm(network.home.ledger_file)
        assert network.take_in().batch_id is None


def test_the_empty_lake_has_every_table(network):
    assert network.take_in().batch_id is None
    tables = {path.stem for path in network.home.batches.glob("_schema/*.parquet")}
    assert {"sales_lines", "files", "rejected_rows", "runs"} <= tables


# ── accounting ───────────────────────────────────────────────────────────────────────────────

LINE_KINDS = st.sampled_from(
    [
        sale(),
        sale("T2"),
        sale("T3", net="1.005"),
        sale("T2", net="7.00"),
        "",
        "a,b",
        '"open',
        sale("T4", quantity=""),
        sale("T5", store="LAX", day="2024-01-02"),
        "," * 12,
        sale("T6").replace("completed", '"completed"'),
        sale("T7").replace("R1", '"R\n1"'),
    ]
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.lists(LINE_KINDS, max_size=14), min_size=1, max_size=4))
def test_lines_read_are_loaded_rejected_or_skipped(tmp_path_factory, files):
    home = Home(tmp_path_factory.mktemp("accounts"))
    home.landing.mkdir()
    for number, lines in enumerate(files, 1):
        path = home.landing / f"sales_lines_NYC_202401{number:02}.csv"
        path.write_text(sales(*lines))
    result = take_in(home, Settings(quiet_seconds=0, reject_tolerance=0.6))
    assert result.batch_id
    books = {
        name: pl.read_parquet(result.path / f"{name}.parquet")
        for name in ("files", "rejected_rows", "skipped_rows", "file_scopes")
    }
    rows = result.path / "sales_lines.parquet"
    loaded = pl.read_parquet(rows).height if rows.exists() else 0
    accepted = books["files"].filter(pl.col("status") == "accepted")
    assert accepted.get_column("rows_loaded").sum() == loaded
    assert books["file_scopes"].get_column("row_count").sum() == loaded
    for one in accepted.iter_rows(named=True):
        mine = pl.col("delivery_id") == one["delivery_id"]
        rejected = books["rejected_rows"].filter(mine).height
        skipped = books["skipped_rows"].filter(mine).get_column("row_count").sum()
        assert (one["rows_rejected"], one["rows_skipped"]) == (rejected, skipped)
        assert one["lines_read"] == one["rows_loaded"] + rejected + skipped
    for one, lines in zip(sorted(result.files, key=lambda one: one.file_name), files, strict=True):
        if '"open' not in lines and one.status == "accepted":
            assert one.lines_read == len(lines)


# ── killed anywhere ──────────────────────────────────────────────────────────────────────────

TAKE_IN = """
import sys
from pathlib import Path
from pipelines.ingest.batch import take_in
from pipelines.settings import Home, Settings
take_in(Home(Path(sys.argv[1])), Settings(quiet_seconds=0))
"""


@pytest.mark.parametrize("point", POINTS)
def test_killed_anywhere_the_next_run_is_right(network, point):
    network.put("stores_20240101.csv", STORES)
    network.put(SALES, sales(sale(), sale("T2", net="x"), *[sale(f"S{n}") for n in range(30)]))
    network.put(
        "big/sales_lines_LAX_20240101.csv",
        sales(*[sale(f"B{n}", store="LAX") for n in range(20_000)]),
    )
    killed = subprocess.run(
        [sys.executable, "-c", TAKE_IN, str(network.home.root)],
        env={**os.environ, VARIABLE: point},
        cwd=Path(__file__).parents[3],
        check=False,
    )
    assert killed.returncode == 137
    network.take_in()
    assert network.take_in().batch_id is None
    assert network.table("sales_lines").height == 20_031
    assert network.table("sales_lines").get_column("transaction_id").n_unique() == 20_031
    assert network.table("files").height == 3
    assert not list(network.home.incoming.glob("*"))
    assert not list(network.home.archive.glob(".*"))
