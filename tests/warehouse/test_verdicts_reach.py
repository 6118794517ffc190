"""A verdict on a piece that lies in another boutique, from its counts to shrinkage of both."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from dashboards.decisions import Subject
from pipelines.settings import Home
from tests.warehouse import boutiques
from tests.warehouse.builds import Warehouse, at, differences
from tests.warehouse.lake import Delivery, Lake
from tests.warehouse.test_equal_stock_decisions import keep

MONDAY, TUESDAY = date(2025, 3, 3), date(2025, 3, 4)
HERE, THERE = "C-NYC|ring|ASTRAY", "C-BOS|ring|ASTRAY"
HELD = {"NYC": ("ASTRAY", "R1"), "BOS": ("R2",)}
SCANNED = {"NYC": ("R1",), "BOS": ("R2", "ASTRAY")}
Told = list[tuple[str, Subject, dict]]


@pytest.mark.slow
def test_accepting_a_wrong_boutique_match_takes_it_off_unknown_in_both(tmp_path: Path) -> None:
    lake = Lake(Home(tmp_path / "home"))
    daily = Warehouse(lake.home, tmp_path / "daily.duckdb", tmp_path / "target")
    lake.commit(boutiques.stores("NYC", "BOS"), _items(), _snapshot(), at=at(4, 4))
    lake.commit(_plans(), _scans(), at=at(5, 4))
    daily.build(at(5, 5))

    assert _lines(daily) == {
        HERE: ("misdirected_transfer", "misdirected_transfer", "rule", "unknown", THERE),
        THERE: ("misdirected_transfer", "misdirected_transfer", "rule", "unknown", HERE),
    }
    assert _unknown(daily) == {"NYC": (1000, 0, 0), "BOS": (-1000, 0, 0)}

    _decide(lake, 1, [_said(HERE, "accepted"), _said(THERE, "accepted")], at(6, 4))
    daily.build(at(6, 5))
    assert [line[2:4] for line in _lines(daily).values()] == [("person", "explained")] * 2
    assert _unknown(daily) == {"NYC": (0, 1000, 0), "BOS": (0, -1000, 0)}
    assert _time_to_explain(daily) == {"NYC": (1, 2.0), "BOS": (1, 2.0)}

    # On second thought it is lost, and nobody knows what Boston found.
    _decide(lake, 3, [_said(HERE, "rejected"), _said(THERE, "reopened")], at(7, 4))
    daily.build(at(7, 5))
    assert _lines(daily) == {
        HERE: ("misdirected_transfer", "true_loss", "person", "known", THERE),
        THERE: ("misdirected_transfer", "misdirected_transfer", "rule", "unknown", HERE),
    }
    assert _unknown(daily) == {"NYC": (0, 0, 1000), "BOS": (-1000, 0, 0)}
    assert _time_to_explain(daily) == {"NYC": (1, 3.0), "BOS": (0, None)}

    rebuilt = Warehouse(lake.home, tmp_path / "rebuilt.duckdb", tmp_path / "target")
    rebuilt.build(at(7, 5), afresh=True)
    assert differences(daily, rebuilt) == {}


def _lines(warehouse: Warehouse) -> dict[str, tuple]:
    """What is proposed, what counts, who says so, what it is to the loss, the other side."""
    return {
        line: tuple(told)
        for line, *told in warehouse.ask(
            "select discrepancy_id, root_cause, effective_cause, cause_from, loss_kind,"
            " paired_discrepancy_id from inventory.stock_discrepancies order by 1 desc"
        )
    }


def _unknown(warehouse: Warehouse) -> dict[str, tuple]:
    """Unknown, explained and known at cost, of shrinkage and of its waterfall."""
    waterfall = dict(
        warehouse.ask(
            "select store_id, sum(step_cost) from inventory.shrinkage_waterfall"
            " where kind = 'unknown' group by 1"
        )
    )
    told = {
        store: tuple(costs)
        for store, *costs in warehouse.ask(
            "select store_id, sum(unknown_cost), sum(explained_cost), sum(known_cost)"
            " from inventory.shrinkage group by 1"
        )
    }
    assert waterfall == {store: costs[0] for store, costs in told.items()}
    return told


def _time_to_explain(warehouse: Warehouse) -> dict[str, tuple]:
    return {
        store: (findings, median)
        for store, findings, median in warehouse.ask(
            "select store_id, sum(findings_explained), max(median_days_to_explain)"
            " from inventory.shrinkage group by 1"
        )
    }


def _said(line: str, verdict: str) -> tuple[str, Subject, dict]:
    store = line[2:5]
    cause = {"accepted": "misdirected_transfer", "rejected": "true_loss"}.get(verdict)
    about = {"discrepancy_id": line, "store_id": store, "counted_on": TUESDAY}
    told = {
        "verdict": verdict,
        "proposed_cause": "misdirected_transfer",
        "root_cause": cause,
        "paired_discrepancy_id": THERE if line == HERE else HERE,
        "count_id": f"C-{store}",
    }
    return "discrepancy_verdict", Subject.discrepancy(about), told


def _decide(lake: Lake, first: int, told: Told, moment: datetime) -> None:
    keep(lake.home.batches / lake.commit(at=moment), first, told, moment)


def _items() -> Delivery:
    ring = {"item_id": "ring", "item_name": "Ring", "category": "rings", "is_serialized": True}
    price = {"unit_cost": Decimal(1000), "unit_retail_price": Decimal(3000), "currency": "USD"}
    return Delivery("items", [{**ring, **price}])


def _snapshot() -> Delivery:
    return Delivery(
        "stock_snapshots",
        [
            {
                "store_id": store,
                "location": "SALON",
                "item_id": "ring",
                "serial_number": serial,
                "business_date": MONDAY,
                "quantity": Decimal(1),
                "stock_status": "available",
                "unit_cost": Decimal(1000),
                "snapshot_at": datetime(2025, 3, 4, 2, tzinfo=UTC).replace(tzinfo=None),
            }
            for store, serials in HELD.items()
            for serial in serials
        ],
        [(store, MONDAY) for store in HELD],
    )


def _plans() -> Delivery:
    plan = {"count_type": "full", "due_on": TUESDAY, "status": "counted"}
    return Delivery(
        "count_plans", [{"count_id": f"C-{store}", "store_id": store, **plan} for store in SCANNED]
    )


def _scans() -> Delivery:
    return Delivery(
        "count_scans",
        [
            {
                "count_id": f"C-{store}",
                "scan_number": number,
                "store_id": store,
                "count_pass": 1,
                "zone": "SALON",
                "item_id": "ring",
                "serial_number": serial,
                "quantity": Decimal(1),
                "scanned_at": at(4, 15) + timedelta(minutes=number),
            }
            for store, serials in SCANNED.items()
            for number, serial in enumerate(serials, start=1)
        ],
    )
