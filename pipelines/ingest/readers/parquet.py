"""Parquet: typed already, turned back into text so that one road leads through the contract."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.ingest.mapping.own_headers import LINE
from pipelines.ingest.readers import CheckHeader, Chunk, Refused, text_frame
from pipelines.settings import Settings

_ROWS = 65_536
_MAX_ROW_GROUP_BYTES = 512 << 20


def read(path: Path, settings: Settings, check_header: CheckHeader) -> Iterator[Chunk]:
    """Chunks of the file at `path`; lines are rows, counted from 1. Raises Refused."""
    if not path.stat().st_size:
        raise Refused("it is empty: not even a header. A day without rows still has its columns")
    try:
        with pq.ParquetFile(path, memory_map=False) as file:
            names = [field.name for field in file.schema_arrow]
            check_header(names)
            for field in file.schema_arrow:
                if pa.types.is_nested(field.type) or pa.types.is_binary(field.type):
                    raise Refused(f"column {field.name} holds {field.type}, not single values")
            bounded(file, path, settings)
            line = 1
            for batch in file.iter_batches(_ROWS):
                frame = pl.from_arrow(batch)
                assert isinstance(frame, pl.DataFrame)
                numbers = pl.int_range(line, line + frame.height, dtype=pl.Int64, eager=True)
                text = frame.select(_as_text(name, dtype) for name, dtype in frame.schema.items())
                yield Chunk(text.with_columns(numbers.alias(LINE)))
                line += frame.height
            if line == 1:
                yield Chunk(text_frame(names, [], []))
    except (pa.ArrowException, OSError, pl.exceptions.PolarsError) as fault:
        raise Refused("it is no whole Parquet file: have it exported again") from fault


def bounded(file: pq.ParquetFile, path: Path, settings: Settings) -> None:
    """Raises Refused when the file unpacks to more than anybody exports."""
    groups = [file.metadata.row_group(number) for number in range(file.num_row_groups)]
    if any(group.total_byte_size > _MAX_ROW_GROUP_BYTES for group in groups):
        raise Refused("its row groups are larger than 512 MB: write it with smaller ones")
    unpacked = sum(group.total_byte_size for group in groups)
    if unpacked > max(64 << 20, path.stat().st_size * settings.max_expansion):
        raise Refused(
            f"unpacks to more than {settings.max_expansion:g} times its size: this is no export"
        )


def _as_text(name: str, dtype: pl.DataType) -> pl.Expr:
    column = pl.col(name)
    if isinstance(dtype, pl.Datetime):
        if dtype.time_zone is None:
            return column.dt.strftime("%Y-%m-%dT%H:%M:%S%.6f")
        return column.dt.convert_time_zone("UTC").dt.strftime("%Y-%m-%dT%H:%M:%S%.6fZ")
    if dtype == pl.Date:
        return column.dt.strftime("%Y-%m-%d")
    if dtype == pl.Boolean:
        return pl.when(column).then(pl.lit("true")).when(~column).then(pl.lit("false")).alias(name)
    return column.cast(pl.String)
