"""Columns that only the first line of a group fills, taken over by the lines that follow."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from pipelines.ingest.mapping.layout import Carry
from pipelines.ingest.readers import Chunk
from pipelines.ingest.values import tidy

_GROUP = "group of lines"


def carried(chunks: Iterator[Chunk], rule: Carry) -> Iterator[Chunk]:
    """The same chunks with the columns of `rule` filled, across their borders too."""
    last: pl.DataFrame | None = None
    for chunk in chunks:
        if chunk.frame.height:
            frame = chunk.frame if chunk.clean else tidy(chunk.frame)
            told = frame if last is None else pl.concat([last, frame])
            names = [name for name in rule.columns if name in frame.columns]
            group = (pl.col(rule.by) == pl.col(rule.by).shift()).fill_null(False)
            told = (
                told.with_columns((~group).cum_sum().alias(_GROUP))
                .with_columns(pl.col(names).forward_fill().over(_GROUP))
                .drop(_GROUP)
            )
            last = told.tail(1)
            chunk.frame = told.tail(frame.height)
            chunk.clean = True
        yield chunk
