"""What a count of the small warehouse found: a swap, accepted, and a piece nobody knows."""

from __future__ import annotations

from typing import Any

from tests.unit.expectations.small_counts import variance

Row = dict[str, Any]


def add(rows: dict[str, list[Row]], day: Row) -> None:
    """Add it to the rows of the small warehouse; `day` is the store-day it is booked on."""
    store = {"store_id": day["store_id"]}
    swap = {"root_cause": "serial_swap", **_counts("serial_swap", "explained", "person")}
    of_counts = _off(
        store, "C2", "A", -1, worth=(40, 110), status="counted_again", root_cause="not_counted"
    )
    of_counts |= {"effective_cause": "not_counted"}
    found = [
        _off(store, "C8", "B", -1, status="counted_again", **swap),
        _off(store, "C9", "B", -1, pair="C9|I1|X", **swap),
        _off(store, "C9", "X", 1, pair="C9|I1|B", **swap),
        _off(store, "C9", "A", -1, root_cause="unknown", confidence="unknown", rule_id="S99"),
    ]
    period = {**store, "retail_year": 2025, "retail_period": 12}
    shared = ("count_id", "store_id", "item_id", "serial_number", "book_units", "counted_units")
    sums = (*shared, "variance_units", "variance_cost", "variance_retail")
    rows |= {
        "inventory.stock_discrepancies": [of_counts, *found],
        "inventory.discrepancy_evidence": [
            {
                "discrepancy_id": one["discrepancy_id"],
                "evidence_no": 1,
                "rule_id": one["rule_id"],
                "is_decisive": True,
            }
            for one in (of_counts, *found)
        ],
        "inventory.shrinkage": [
            {
                **period,
                "shrinkage_id": f"{day['store_id']}|2025|12",
                **_parts("cost", gross=110, explained=0, known=10, unknown=100),
                **_parts("retail", gross=275, explained=0, known=25, unknown=250),
            }
        ],
        "inventory.shrinkage_waterfall": [
            _step(period, "gross_difference", "gross", 110, 2),
            _step(period, "serial_swap", "explained", 0, 0),
            _step(period, "write_off", "known", -10, -1),
            _step(period, "unknown_loss", "unknown", 100, 1),
        ],
    }
    rows["inventory.discrepancy_reviews"] += [
        {
            "decision_id": f"V-{here}",
            "discrepancy_id": here,
            "paired_discrepancy_id": there,
            "is_standing": True,
            "verdict": "accepted",
            "proposed_cause": "serial_swap",
            "root_cause": "serial_swap",
        }
        for here, there in (("C9|I1|B", "C9|I1|X"), ("C9|I1|X", "C9|I1|B"))
    ]
    lines = rows.setdefault("inventory.count_lines", [])
    lines += [
        {
            "line_id": one["discrepancy_id"],
            "is_counted": True,
            **{name: one[name] for name in sums},
        }
        for one in found
    ]
    rows["inventory.stock_accuracy"] += [
        {**store, "count_id": "C8", **_missing(1), **variance(-1, -100, -250)},
        {
            **{**store, "count_id": "C9", **_missing(2), "unexpected": 1, "lines_compared": 3},
            **variance(-1, -100, -250, absolute=3),
        },
    ]


def _missing(pieces: int) -> Row:
    """Measures of a count that was no plan: nothing was due, and these pieces were missed."""
    return {
        "lines_due": 0,
        "matched": 0,
        "missing": pieces,
        "unexpected": 0,
        "lines_compared": pieces,
    }


def _off(
    store: Row,
    count_id: str,
    serial: str,
    units: int,
    pair: str | None = None,
    worth: tuple[int, int] = (100, 250),
    **more: str,
) -> Row:
    return {
        **store,
        "discrepancy_id": f"{count_id}|I1|{serial}",
        "finding_id": f"I1|{serial}",
        "count_id": count_id,
        "item_id": "I1",
        "serial_number": serial,
        "book_units": 1 if units < 0 else 0,
        "counted_units": 0 if units < 0 else 1,
        "variance_units": units,
        "variance_cost": units * worth[0],
        "variance_retail": units * worth[1],
        "outcome": "missing" if units < 0 else "unexpected",
        "paired_discrepancy_id": pair,
        "status": "open",
        "confidence": "likely",
        "rule_id": "S07",
        **_counts("unknown", "unknown", "rule"),
        **more,
    }


def _counts(cause: str, kind: str, whose: str) -> dict[str, str]:
    """Which cause counts, what it is to the loss, and who says so."""
    return {"effective_cause": cause, "loss_kind": kind, "cause_from": whose}


def _parts(unit: str, *, gross: int, explained: int, known: int, unknown: int) -> Row:
    return {
        f"gross_{unit}": gross,
        f"explained_{unit}": explained,
        f"known_{unit}": known,
        f"unknown_{unit}": unknown,
        f"shrink_{unit}": known + unknown,
    }


def _step(period: Row, step: str, kind: str, cost: int, units: int) -> Row:
    where = f"{period['store_id']}|2025|12|{step}"
    sums = {"step_cost": cost, "step_retail": cost * 5 / 2, "step_units": units}
    return {**period, "waterfall_id": where, "step": step, "kind": kind, **sums}
