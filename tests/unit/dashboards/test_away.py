"""The page of goods in transit and out."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from dashboards.questions import away
from dashboards.warehouse import Run
from tests.browser.published_home import build

Open = Callable[..., Any]


def test_alarms_come_first_and_transfers_are_of_both_their_stores(run: Run) -> None:
    every = away.away(run, away.TRANSIT)
    assert every is not None
    assert [row["transfer_id"] for row in every] == ["TR-LATE", "TR-NEW"]
    assert every[0]["sender_store_name"] == "Madison Avenue"
    assert len(away.away(run, away.TRANSIT, ["US03"]) or []) == 2
    assert away.away(run, away.TRANSIT, ["US02"]) == []
    assert away.away(run, away.CONSIGNMENTS, ["US01"]) == []


def test_the_buckets_add_up_to_what_is_away(run: Run) -> None:
    rows = away.away(run, away.TRANSIT) or []
    ages = away.by_age(rows, away.TRANSIT)
    assert [(row["age_bucket"], row["rows"], row["alarms"]) for row in ages] == [
        ("0–2", 1, 0),
        ("6–10", 1, 1),
    ]
    total = {"USD": Decimal("41500.00")}
    assert away.worth(rows, away.TRANSIT) == total
    assert sum(row["worth"] for row in ages) == total["USD"]


def test_amounts_of_two_currencies_are_not_added() -> None:
    row = {"age_bucket": "0–2", "age_bucket_from": 0, "has_alarm": False}
    rows = [row | {"currency": c, "in_transit_cost": Decimal(5)} for c in ("USD", "EUR", "USD")]
    assert away.worth(rows, away.TRANSIT) == {"EUR": 5, "USD": 10}
    assert [one["worth"] for one in away.by_age(rows, away.TRANSIT)] == [5, 10]


def test_turnaround_is_told_by_its_median_and_its_ninetieth(run: Run) -> None:
    told = away.turnaround(run)
    assert (told.pieces, told.median_days, told.ninetieth_days) == (3, 30, 38)
    assert (told.on_time, told.promised) == (2, 3)
    assert away.turnaround(run, ["US01"]).pieces == 0


def test_the_page_answers_first_and_says_why(open_page: Open) -> None:
    page = open_page("away")
    assert page.title == "In transit and out"
    html = page.html
    assert "<b>2 lines in transit</b>, USD 41,500.00 at cost." in html
    assert "first TR-LATE (expected 7 business days ago, and 2 are waited)" in html
    assert "due back 3 days ago; no signed memo" in html
    assert "a client owns it, and US04 has it in its own stock" in html
    assert "nine of ten within 38. 2 of 3 promises were kept." in html
    assert "received before it was sent" in html
    assert " or before" in html
    assert "By Hand &amp; Sons" in html
    assert "table=inventory.transfers_in_transit&amp;measure=in_transit_cost" in html


def test_the_page_of_one_store_leaves_out_the_others(open_page: Open) -> None:
    html = open_page("away", stores="US02").html
    assert "MEMO-1" in html
    assert "TR-LATE" not in html
    assert "None: 0 rows." in html


def test_an_older_run_says_what_it_does_not_publish(tmp_path: Path, open_page: Open) -> None:
    old = build(tmp_path)
    with duckdb.connect(str(tmp_path / "published" / old.newest_run / "loupe.duckdb")) as db:
        for kind in (away.TRANSIT, away.CONSIGNMENTS, away.REPAIRS, away.RESERVATIONS):
            db.execute(f"drop table {kind.table}")
        for table in (away.SUPPLIES.table, away.TRANSFERS, away.RECONCILIATION):
            db.execute(f"drop table {table}")
    html = open_page("away", at=tmp_path).html
    for what in ("goods in transit", "consignments", "repairs", "reservations", "supplies"):
        assert f"does not publish {what} yet" in html
