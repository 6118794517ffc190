"""Lines of a big file that repeat a key, taken out of its spool."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa

from pipelines.ingest.delivery import Delivery
from pipelines.ingest.lake import TableWriter, row_groups
from pipelines.ingest.mapping.own_headers import LINE
from pipelines.ingest.values import FILE, no_faults, repeated_key_faults, repeats

REPEATED_LINE = "duplicate line"
# Where a row stands among all rows of its file: several may stand on one line.
_PLACE = "_place"

OpenSpool = Callable[[str], TableWriter]


def without_repeats(
    path: Path, keys: list[np.ndarray], delivery: Delivery, spool: OpenSpool
) -> tuple[Path, pl.DataFrame | None, pl.DataFrame]:
    """The spool without lines that repeat a key, the lines taken out, and their faults.

    `keys` are hashes of each row's key, and empty afterwards: only they are kept while reading
    (8 bytes a row). Rows are looked at again when two are equal, which is hardly ever.
    """
    _, dataset = delivery.read_with
    hashes = np.concatenate(keys) if keys else np.empty(0, dtype=np.uint64)
    keys.clear()
    hashes.sort()
    doubtful = np.unique(hashes[1:][hashes[1:] == hashes[:-1]])
    if not len(doubtful):
        return path, None, no_faults()
    known = pl.Series(doubtful)
    names = list(dataset.columns)
    suspects = []
    start = 0
    for group in map(_frame, row_groups(path)):
        placed = group.with_row_index(_PLACE, start)
        start += group.height
        doubted = group.select(dataset.key).hash_rows().is_in(known.implode())
        suspects.append(placed.filter(doubted))
    lines = pl.concat(suspects).select(
        pl.lit(0, dtype=pl.UInt32).alias(FILE), pl.col("_line_no").alias(LINE), _PLACE, *names
    )
    again = repeats(lines, dataset)
    if again is None:
        return path, None, no_faults()
    if again.same.height:
        delivery.skip(REPEATED_LINE, again.same.height)
    dropped = pl.concat([again.same, again.different])
    clean = spool(dataset.name)
    gone = dropped.get_column(_PLACE).to_numpy()
    start = 0
    for table in row_groups(path):
        places = np.arange(start, start + table.num_rows)
        start += table.num_rows
        clean.write_arrow(table.filter(pa.array(~np.isin(places, gone))))
    clean.close()
    path.unlink()
    return clean.path, dropped, repeated_key_faults(again.different.drop(_PLACE), dataset)


def _frame(table: pa.Table) -> pl.DataFrame:
    frame = pl.from_arrow(table)
    assert isinstance(frame, pl.DataFrame)
    return frame
