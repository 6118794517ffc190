"""What the exports say of the world: its faults of stock or not, serial numbers or not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pipelines.demo.rows import StockSnapshot


@dataclass(frozen=True, slots=True)
class Telling:
    """`faults`: the book believes what was posted. `serials`: pieces are told one from another."""

    faults: bool
    serials: bool

    def told(self, dataset: str, rows: Iterable[Any]) -> list[Any]:
        """The rows as exports without serial numbers have them."""
        rows = list(rows)
        if self.serials or not rows:
            return rows
        if dataset == "items":
            return [row._replace(is_serialized="false") for row in rows]
        if "serial_number" not in rows[0]._fields:
            return rows
        rows = [row._replace(serial_number="") for row in rows]
        return _added_up(rows) if dataset == "stock_snapshots" else rows


def _added_up(rows: list[StockSnapshot]) -> list[StockSnapshot]:
    """One row an item and location."""
    found: dict[tuple[str, str], StockSnapshot] = {}
    for row in rows:
        key = row.location, row.item_id
        before = found.get(key)
        held = row.quantity + (before.quantity if before else 0)
        found[key] = row._replace(quantity=held, stock_status="available")
    return sorted(found.values())
