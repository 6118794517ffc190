"""Whether a file goes in, and which scopes it delivers."""

from __future__ import annotations

from typing import Any

import polars as pl

from pipelines.ingest import scopes
from pipelines.ingest.contracts import Dataset
from pipelines.ingest.delivery import Delivery
from pipelines.ingest.mapping.model import Mapping
from pipelines.ingest.mapping.own_headers import LINE
from pipelines.ingest.readers import ODD
from pipelines.ingest.reading import controls
from pipelines.ingest.values import FILE
from pipelines.settings import Settings


def judge(delivery: Delivery, counts: pl.DataFrame | None, settings: Settings) -> None:
    """Accepts or refuses a file that was read to its end; `counts` are those of its scopes."""
    mapping, dataset = delivery.read_with
    if delivery.status in ("refused", "waiting"):
        return
    controls.compare(delivery)
    share = mapping.reject_tolerance
    if share is None:
        share = dataset.reject_tolerance
    if share is None:
        share = settings.reject_tolerance
    allowed = max(1, share * delivery.lines_read)
    if delivery.control_check == "disagreed":
        return
    if delivery.rejected > allowed or (delivery.rejected and not delivery.loaded):
        delivery.refuse(_too_many(delivery, share))
        return
    delivery.scopes = _scopes(delivery, counts, mapping, dataset)
    delivery.status = "accepted"
    odd = [f"{key}: {words}" for key, words in delivery.findings.items() if key.startswith(ODD)]
    if odd:
        delivery.reason = "; ".join(filter(None, [delivery.reason, *odd]))


def _scopes(
    delivery: Delivery, counts: pl.DataFrame | None, mapping: Mapping, dataset: Dataset
) -> list[dict[str, Any]]:
    found: dict[str | None, dict[str, Any]] = {}
    if counts is not None:
        for row in counts.iter_rows(named=True):
            row.pop(FILE, None)
            found[row["scope"]] = {**row, "rejected_count": 0}
    if (named := scopes.named_scope(dataset, mapping, delivery.named)) is not None:
        found.setdefault(named["scope"], {**named, "row_count": 0, "rejected_count": 0})
    if delivery.rejected and found:
        only = next(iter(found)) if len(found) == 1 else None
        # Of several parts of a store-day any one will do: they are added up again.
        by_day = {(one["store_id"], one["business_date"]): scope for scope, one in found.items()}
        for store, day in delivery.faults.select("store_id", "business_date").iter_rows():
            scope = only
            if len(found) > 1 and store and day:
                scope = by_day.get((store, day))
            if scope in found:
                found[scope]["rejected_count"] += 1
    # By name: in what order they were counted is chance.
    return [found[scope] for scope in sorted(found, key=lambda scope: scope or "")]


def _too_many(delivery: Delivery, share: float) -> str:
    first = delivery.faults.row(0, named=True)
    where = f"{first['column_name']}: " if first["column_name"] else ""
    value = f" instead of {first['value']!r}" if first["value"] is not None else ""
    example = (
        f"the first is line {first['line_no' if 'line_no' in first else LINE]}, {where}"
        f"expected {first['expected']}{value}"
    )
    if not delivery.loaded:
        return f"none of its {delivery.lines_read:,} lines fits; {example}"
    return (
        f"{delivery.rejected:,} of {delivery.lines_read:,} lines do not fit, more than "
        f"{share:.0%}; {example}"
    )
