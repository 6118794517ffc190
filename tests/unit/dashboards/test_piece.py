"""A piece is found, its passport read, its place told in a sentence; boutiques see their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from dashboards.questions import piece
from dashboards.warehouse import Run
from tests.browser import published_stock as stock
from tests.browser.published_home import PublishedHome

Open = Callable[..., Any]


@pytest.mark.parametrize(
    ("text", "serials"),
    [
        ("sn-golden-75", [stock.SOLD]),
        ("GOLDEN", [stock.SOLD]),
        ("SKU076", [stock.TWICE]),
        ("sku", []),
        ("GOLD", []),
        ("", []),
    ],
)
def test_a_piece_is_found_by_serial_number_or_item(run: Run, text: str, serials: list[str]) -> None:
    assert [row["serial_number"] for row in piece.find(run, text)] == serials


def test_only_pieces_that_were_at_the_chosen_stores_are_found(run: Run) -> None:
    assert len(piece.find(run, "SN-TWICE", ["US03"])) == 1
    assert piece.find(run, "SN-TWICE", ["US04"]) == []


def event(kind: str, **more: Any) -> dict[str, Any]:
    return {"event_type": kind, "quantity": None, "stock_status": None} | more


@pytest.mark.parametrize(
    ("events", "place", "seen"),
    [
        ([event("receipt")], "store", False),
        (
            [event("receipt"), event("sale_line"), event("sale", is_told_by_receipt=True)],
            "client",
            0,
        ),
        ([event("sale_line"), event("count_scan")], "client", True),
        ([event("transfer_out")], "in_transit", False),
        ([event("transfer_out"), event("transfer_in")], "store", False),
        ([event("consignment_out")], "on_consignment", False),
        ([event("repair_in"), event("repair_out")], "in_repair", False),
        ([event("count_adjustment", quantity=-1)], "written_off", False),
        ([event("count_adjustment", quantity=1)], "store", False),
        ([event("sale"), event("snapshot", stock_status="in_transit")], "in_transit", False),
        ([event("sale"), event("snapshot", stock_status="display")], "store", False),
        ([event("count_scan")], "seen", False),
        ([event("reclass")], None, False),
    ],
)
def test_the_newest_event_that_says_so_tells_the_place(
    events: list[dict[str, Any]], place: str | None, seen: bool
) -> None:
    found = piece.place(events)
    assert (found.word if found else None) == place
    assert bool(found and found.seen) == bool(seen)


def test_the_passport_is_in_order_with_file_and_line(run: Run, open_page: Open) -> None:
    found = piece.passport(run, stock.SOLD)
    assert found is not None
    assert [row["event_type"] for row in found.events] == ["receipt", "count_scan", "sale_line"]
    assert all(row["file_name"] and row["_line_no"] for row in found.events)
    page = open_page("piece", serial=stock.SOLD)
    assert page.title == f"Piece {stock.SOLD}"
    assert "It was <b>sold at Design District</b> on" in page.html
    assert "Nothing in its history contradicts itself" in page.html
    assert "receipt=US04" in page.html
    assert ", line 4" in page.html


def test_conflicts_are_said_in_words(open_page: Open) -> None:
    html = open_page("piece", serial=stock.TWICE).html
    assert "<b>1 thing in its history cannot be</b>" in html
    assert "sold twice" in html
    assert "Sold in US03, and sold before in US01, without a return between." in html


def test_a_piece_on_its_way_names_both_ends(open_page: Open) -> None:
    html = open_page("piece", serial=stock.ON_ITS_WAY).html
    assert "<b>on the way from Madison Avenue to Design District</b> since" in html


def test_an_unknown_piece_and_an_empty_search_are_said(open_page: Open) -> None:
    assert "knows no piece “&lt;b&gt;”" in open_page("piece", serial="<b>").html
    assert "No piece for “nothing”" in open_page("piece", q="nothing").html
    assert "Type a serial number" in open_page("piece").html


def test_a_boutique_sees_its_own_events_only(
    run: Run, home: PublishedHome, open_page: Open, kept_to: Callable[[str], None]
) -> None:
    kept_to("US01")
    html = open_page("piece", serial=stock.TWICE).html
    assert "It is <b>not at Madison Avenue</b> any more" in html
    assert "1 event of it at other boutiques are not shown" in html
    assert "Oak Street" not in html
    refused = open_page("piece", serial=stock.SOLD, stores="US04").html
    assert "Not of your boutique" in refused
    assert "You see Madison Avenue only, so left out: US04" in refused
    golden = f"US04-{home.last_day:%y%m%d}-75"
    assert "is of another boutique" in open_page("receipts", receipt=golden).html
    figure = {"table": "inventory.store_attention", "key_store_id": "US02"}
    assert "Only figures of Madison Avenue are explained" in open_page("explain", **figure).html
    assert "Rodeo Drive" not in open_page("monday").html
