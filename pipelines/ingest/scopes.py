"""What a file delivers, and which of two files wins.

A scope is what a newer file replaces as a whole: a store-day (or a part of one), the whole list, a
count; datasets replaced by key have none. A header-only file named after a store and a day
delivers that store-day empty.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import polars as pl

from pipelines.ingest.contracts import Dataset
from pipelines.ingest.mapping.file_names import Named
from pipelines.ingest.mapping.model import Mapping
from pipelines.ingest.values import FILE

WHOLE_LIST = "all"
PART = "_part"
_LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)


def scope_expression(dataset: Dataset) -> pl.Expr:
    """The `_scope` of a row; rows of a narrowed store-day carry a PART column."""
    match dataset.scope:
        case "store_day":
            # Store and day are required: only the part may be null.
            day = pl.col("business_date").cast(pl.String)
            parts = [pl.col("store_id"), day, pl.col(PART)]
            return pl.concat_str(parts, separator="|", ignore_nulls=True)
        case "whole_list":
            return pl.lit(WHOLE_LIST)
        case "count":
            return pl.col("count_id")
        case _:
            return pl.lit(None, dtype=pl.String)


def scope_text(store_id: str, day: date, part: str | None) -> str:
    return "|".join([store_id, day.isoformat(), *([part] if part else [])])


def count_scopes(rows: pl.DataFrame, dataset: Dataset) -> pl.DataFrame:
    """FILE, scope, store_id, business_date, scope_part and row_count of typed rows."""
    if dataset.scope == "store_day":
        found = rows.group_by(FILE, "store_id", "business_date", PART).len("row_count")
        return found.with_columns(scope=scope_expression(dataset)).rename({PART: "scope_part"})
    nothing = pl.lit(None, dtype=pl.String)
    return (
        rows.group_by(FILE, scope_expression(dataset).alias("scope"))
        .len("row_count")
        .with_columns(
            store_id=nothing, business_date=pl.lit(None, dtype=pl.Date), scope_part=nothing
        )
    )


def named_scope(dataset: Dataset, mapping: Mapping, named: Named) -> dict[str, Any] | None:
    """The scope that the file's name alone delivers."""
    told: dict[str, Any] = {"store_id": None, "business_date": None, "scope_part": None}
    if dataset.scope == "whole_list":
        return {"scope": WHOLE_LIST, **told}
    if dataset.scope == "key":
        return {"scope": None, **told}
    if dataset.scope != "store_day" or named.store_id is None or named.business_date is None:
        return None
    part = None
    if mapping.scope_part is not None:
        if mapping.scope_part.file is None:
            return None
        part = named.groups.get(mapping.scope_part.file)
    return {
        "scope": scope_text(named.store_id, named.business_date, part),
        "store_id": named.store_id,
        "business_date": named.business_date,
        "scope_part": part,
    }


def precedence(
    dataset: Dataset | None,
    named: Named,
    exported_at: datetime | None,
    mtime_ns: int,
    name: str,
) -> tuple[Any, ...]:
    """Sorts the files of a batch; the later one wins a scope both claim.

    The source's own time, else the numeric suffix, else the modification time, else the name. What
    is not a store-day (reference lists, keys) goes by the day in the name before the suffix:
    items_20240102 is newer than items_20240101_2.
    """
    day = date.min
    if dataset is None or dataset.scope != "store_day":
        day = named.business_date or date.min
    suffix = named.suffix if named.suffix is not None else -1
    return (exported_at or _LONG_AGO, day, suffix, mtime_ns, name)
