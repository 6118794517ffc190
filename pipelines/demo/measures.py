"""The measures a corrected export can change, computed from an export's own rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pipelines.demo import money


def changes(dataset: str, before: Sequence[Any], after: Sequence[Any]) -> dict[str, dict[str, str]]:
    """Measure → old_value, new_value and change, of the measures that differ."""
    old, new = of(dataset, before), of(dataset, after)
    return {
        name: {
            "old_value": _text(name, old[name]),
            "new_value": _text(name, new[name]),
            "change": _text(name, new[name] - old[name]),
        }
        for name in old
        if old[name] != new[name]
    }


def of(dataset: str, rows: Sequence[Any]) -> dict[str, int]:
    """Every measure of the dataset: amounts in cents, the rest in units."""
    if dataset == "sales_lines":
        sold = [row for row in rows if _is_net_sale(row)]
        return {
            "net_sales": sum(money.read(row.net_amount) for row in sold),
            "units": sum(row.quantity for row in sold),
            "transactions": len({row.transaction_id for row in sold if row.quantity > 0}),
        }
    if dataset == "tenders":
        # Rows of cancelled receipts come in pairs that undo each other: no status is needed.
        paid = (money.read(row.tender_amount) - money.read(row.change_amount) for row in rows)
        return {"tender_total": sum(paid)}
    if dataset == "till_closings":
        return {"declared_amount": sum(money.read(row.declared_amount) for row in rows)}
    if dataset == "store_traffic":
        return {"visitors": sum(row.visitors for row in rows)}
    name = "stock_units" if dataset == "stock_snapshots" else "movement_units"
    return {name: sum(row.quantity for row in rows)}


def _is_net_sale(row: Any) -> bool:
    return (
        row.transaction_status == "completed"
        and row.line_type == "merchandise"
        and row.is_voided_line != "true"
    )


def _text(name: str, value: int) -> str:
    is_money = name in ("net_sales", "tender_total", "declared_amount")
    return money.written(value) if is_money else str(value)
