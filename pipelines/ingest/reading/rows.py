"""The rows that reading hands on, and small things done to typed rows on the way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pipelines.ingest import scopes
from pipelines.ingest.contracts import Dataset
from pipelines.ingest.mapping.file_names import Named
from pipelines.ingest.mapping.model import Mapping
from pipelines.ingest.values import FILE


@dataclass(frozen=True)
class Rows:
    """The rows of a bunch's accepted files, for one dataset.

    Small files: `frame`, with FILE (which of `file_ids`), LINE, the dataset's columns and `_scope`.
    A big file: `spool`, a Parquet file as the lake has it. Neither when nothing is to be loaded.
    """

    frame: pl.DataFrame | None = None
    spool: Path | None = None


def with_part(rows: pl.DataFrame, mapping: Mapping, named: list[Named]) -> pl.DataFrame:
    """The rows with the part of the store-day each belongs to; null where there are no parts."""
    part = mapping.scope_part
    if part is None:
        return rows.with_columns(pl.lit(None, dtype=pl.String).alias(scopes.PART))
    if part.column is not None:
        return rows.with_columns(pl.col(part.column).cast(pl.String).alias(scopes.PART))
    texts = pl.Series([one.groups.get(part.file or "") for one in named], dtype=pl.String)
    return rows.with_columns(pl.lit(texts).gather(pl.col(FILE)).alias(scopes.PART))


def scoped(rows: pl.DataFrame, dataset: Dataset) -> pl.DataFrame:
    """The rows as the lake has them: the scope in place of the part."""
    return rows.with_columns(scopes.scope_expression(dataset).alias("_scope")).drop(scopes.PART)


def by_file(frame: pl.DataFrame) -> Iterator[tuple[int, pl.DataFrame]]:
    """The rows of each file that has some."""
    if frame.height:
        for (file,), part in frame.partition_by(FILE, as_dict=True).items():
            yield int(file), part
