"""Why the store of the small warehouse needs attention: one reason."""

from __future__ import annotations

from typing import Any

Row = dict[str, Any]


def add(rows: dict[str, list[Row]], day: Row) -> None:
    """Add it to the rows of the small warehouse."""
    rows["inventory.store_attention"] = [
        {
            "attention_id": f"{day['store_id']}|A2",
            "store_id": day["store_id"],
            "rule_id": "A2",
            "reason_no": 1,
            "reason": "count overdue 6 days",
            "points": 28,
            "store_points": 28,
        }
    ]
