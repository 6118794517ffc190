"""Two counts of one piece in the small warehouse: found in the first, missing in the second."""

from __future__ import annotations

from datetime import date
from typing import Any

Row = dict[str, Any]


def rows(store_id: str) -> dict[str, list[Row]]:
    """Rows of the count marts, by table."""
    measures = {
        "lines_due": 1,
        "lines_counted": 1,
        "coverage": 1,
        "lines_compared": 1,
        "unexpected": 0,
    }
    found = {"matched": 1, "missing": 0, "serial_accuracy": 1, **variance(0, 0, 0)}
    missing = {"matched": 0, "missing": 1, "serial_accuracy": 0, **variance(-1, -40, -110)}
    by_count = (("C1", measures | found), ("C2", measures | missing))
    about = {"store_id": store_id, "is_final": True}
    return {
        "inventory.count_lines": [
            {**about, **_line("C1", 1, 0), "decisive_scans": 1},
            {**about, **_line("C2", 0, -1), "decisive_scans": 0},
        ],
        "inventory.stock_accuracy": [
            {**about, "count_id": count_id, **told} for count_id, told in by_count
        ],
        "inventory.stock_accuracy_cuts": [
            {
                "count_id": count_id,
                "store_id": store_id,
                "dimension": "category",
                "dimension_value": "rings",
                **told,
            }
            for count_id, told in by_count
        ],
        "inventory.count_overlaps": [
            {
                "overlap_id": "C1|C2|A",
                "count_id": "C1",
                "other_count_id": "C2",
                "serial_number": "A",
            }
        ],
        "inventory.count_compliance": [
            {
                "store_id": store_id,
                "week_starts_on": date(2026, 1, 5),
                "planned": 1,
                "cancelled": 0,
                "done_in_window": 0,
                "done_late": 0,
                "done_early": 0,
                "overdue": 0,
                "awaited": 1,
            }
        ],
        "inventory.count_suggestions": [
            {
                "suggestion_id": f"{store_id}|{zone}|rings",
                "store_id": store_id,
                "store_rank": rank,
                "risk_score": 60 - rank,
                "reason": "never counted",
            }
            for rank, zone in enumerate(("SALON", "VAULT"), start=1)
        ],
    }


def _line(count_id: str, counted: int, variance: int) -> Row:
    return {
        "line_id": f"{count_id}|I1|A",
        "count_id": count_id,
        "item_id": "I1",
        "serial_number": "A",
        "is_due": True,
        "is_counted": True,
        "book_units": 1,
        "counted_units": counted,
        "uncounted_units": 0,
        "variance_units": variance,
        "variance_cost": 40 * variance,
        "variance_retail": 110 * variance,
        "count_status": "counted",
    }


def variance(units: int, cost: int, retail: int, absolute: int | None = None) -> Row:
    """The differences of a count; `absolute` units where some are more and some are less."""
    worth = {"units": units, "cost": cost, "retail": retail}
    times = 1 if absolute is None else absolute
    return {f"net_variance_{what}": amount for what, amount in worth.items()} | {
        f"absolute_variance_{what}": abs(amount) * times for what, amount in worth.items()
    }
