"""Peak memory of taking in a whole history at once, all processes of the run together."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.bench.measure import loupe
from tests.bench.rows import Row

BOUND_BYTES = 2 * 1024**3


def rows() -> list[Row]:
    """A short and a long history: the bound holds for both."""
    return [_backfill(stores, days) for stores, days in ((12, 30), (50, 180))]


def _backfill(stores: int, days: int) -> Row:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        loupe("demo", "--stores", str(stores), "--days", str(days), home=home)
        peak = loupe("run", home=home).peak_bytes
    label = f"backfill of {stores} stores × {days} days, peak memory / 2 GB"
    return Row(label, peak / 2**20, BOUND_BYTES / 2**20, 1.0, "MB")
