"""Where a figure leads: to its explanation, to a receipt, to the receipts of a tender."""

from __future__ import annotations

from typing import Any

from dashboards.parts.filters import Chosen
from dashboards.parts.html import Column, Html, address, link
from dashboards.warehouse import Row


def explain(here: Chosen, table: str, measure: str | None = None, **keys: Any) -> str:
    """The page that says what a figure of `table` means and which rows make it."""
    named = {f"key_{name}": value for name, value in keys.items() if value is not None}
    return address("explain", here.params | {"table": table, "measure": measure} | named)


def receipt(here: Chosen, transaction_id: str | None, text: Any = None) -> Html:
    """A receipt by its transaction id, one click away; without an id only the text."""
    if not transaction_id:
        return link(text, None)
    shown = transaction_id if text is None else text
    return link(shown, address("receipts", here.params | {"receipt": transaction_id}))


def receipts(here: Chosen, **filters: Any) -> str:
    """The list of receipts with those filters."""
    return address("receipts", here.params | filters)


def source(here: Chosen) -> Column:
    """The file and line a row came from, leading to what became of that file."""

    def say(row: Row) -> str:
        if not row.get("_file_id"):
            return "–"
        line = f", line {row['_line_no']}" if row.get("_line_no") else ""
        return f"{row.get('file_name') or row['_file_id'][:12]}{line}"

    def href(row: Row) -> str | None:
        return (
            explain(here, "quality.files", file_id=row.get("_file_id")) if say(row) != "–" else None
        )

    return Column("_file_id", "File and line", "text", say, href)
