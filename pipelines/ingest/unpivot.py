"""Quantities side by side, one row each: a stock list shows what is free, blocked and on its way
in one line, the contract wants a row for each.

    MATNR  LABST  SPEME            MATNR  STOCK  QUANTITY
    B60    2      1        ──▶     B60    LABST  2
                                   B60    SPEME  1

What is empty or zero gives no row, but a line gives at least one: no line is lost.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from pipelines.ingest.mapping.layout import Unpivot
from pipelines.ingest.mapping.own_headers import LINE
from pipelines.ingest.readers import Chunk

# Money is written with its sign: $0.00.
_NOTHING = r"\A[\s0.,$€£]*\z"
_NOUGHT = r"\A0+[.,]0+\z"


def unpivoted(chunks: Iterator[Chunk], told: Unpivot) -> Iterator[Chunk]:
    """The same lines, a row for each of the columns `told` that holds something."""
    for chunk in chunks:
        chunk.noughts = _noughts(chunk.frame, told)
        chunk.frame = _rows(chunk.frame, told)
        yield chunk


def _noughts(frame: pl.DataFrame, told: Unpivot) -> dict[str, int]:
    found: dict[str, int] = {}
    for name in told.columns:
        if name in frame.columns:
            nought = pl.col(name).str.strip_chars().str.contains(_NOUGHT)
            cells = frame.filter(nought).select(name, LINE).unique(name, keep="first")
            found.update(cells.iter_rows())
    return found


def _rows(frame: pl.DataFrame, told: Unpivot) -> pl.DataFrame:
    here = [name for name in told.columns if name in frame.columns]
    others = [name for name in frame.columns if name not in here and name != LINE]
    some = {name: ~pl.col(name).fill_null("").str.contains(_NOTHING) for name in here}
    none = pl.all_horizontal(~one for one in some.values())
    parts = [
        frame.filter(some[name] | none if at == 0 else some[name]).select(
            *others,
            pl.lit(name).alias(told.names),
            pl.col(name).alias(told.values),
            LINE,
        )
        for at, name in enumerate(here)
    ]
    return pl.concat(parts).sort(LINE, maintain_order=True)
