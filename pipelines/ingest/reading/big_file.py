"""A big file, read alone in blocks: its rows go to a spool, so that memory stays bounded."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl

from pipelines.ingest import readers, scopes
from pipelines.ingest.delivery import Delivery
from pipelines.ingest.readers import Chunk, Refused
from pipelines.ingest.reading import controls, verdict
from pipelines.ingest.reading.repeats import OpenSpool, without_repeats
from pipelines.ingest.reading.rows import Rows, scoped, with_part
from pipelines.ingest.reading.staging import count, stage
from pipelines.ingest.reading.text import Text
from pipelines.ingest.values import FILE, Zones, no_faults
from pipelines.settings import Settings

_STEP_ROWS = 50_000
# With more than this the file has no few bad lines: it is another kind of file.
MAX_SET_ASIDE = 200_000


class BigFile:
    """Reads big files; `spool` opens the spool of a dataset."""

    def __init__(self, settings: Settings, text: Text, spool: OpenSpool) -> None:
        self._settings = settings
        self._text = text
        self._spool = spool

    def read(self, delivery: Delivery, zones: Zones) -> Rows:
        """Settles the status of the file; its rows are in a spool when it is accepted."""
        mapping, dataset = delivery.read_with
        spool = self._spool(dataset.name)
        faults: list[pl.DataFrame] = []
        counts: list[pl.DataFrame] = []
        keys: list[np.ndarray] = []
        try:
            controls.look_up(delivery)
            for chunk in self._chunks(delivery):
                count(chunk, delivery, 0, faults)
                if chunk.frame.height:
                    frame = chunk.frame.with_columns(pl.lit(0, dtype=pl.UInt32).alias(FILE))
                    staged = stage(frame, chunk.clean, [delivery], zones)
                    faults.append(staged.faults)
                    rows = with_part(staged.rows, mapping, [delivery.named])
                    counts.append(scopes.count_scopes(rows, dataset))
                    keys.append(rows.select(dataset.key).hash_rows().to_numpy())
                    spool.write(scoped(rows, dataset), [delivery.kept.file_id])
                if delivery.status == "waiting":
                    break
                if sum(part.height for part in faults) > MAX_SET_ASIDE:
                    raise Refused(
                        f"more than {MAX_SET_ASIDE:,} lines do not fit: this is another kind of "
                        f"file than {mapping.name} expects"
                    )
        except Refused as fault:
            delivery.refuse(str(fault))
        finally:
            spool.close()
        path = spool.path
        if not delivery.status:
            path, dropped, changed = without_repeats(path, keys, delivery, self._spool)
            if dropped is not None:
                faults.append(changed)
                less = scopes.count_scopes(with_part(dropped, mapping, [delivery.named]), dataset)
                counts.append(less.with_columns(-pl.col("row_count").cast(pl.Int64)))
        delivery.faults = pl.concat([no_faults(), *faults]).drop(FILE)
        delivery.rejected = delivery.faults.height
        verdict.judge(delivery, _merged(counts), self._settings)
        if delivery.status == "accepted" and delivery.loaded:
            return Rows(spool=path)
        path.unlink()
        return Rows()

    def _chunks(self, delivery: Delivery) -> Iterator[Chunk]:
        chunks = readers.gathered(self._text.chunks(delivery), _STEP_ROWS)
        return readers.ahead(chunks)


def _merged(counts: list[pl.DataFrame]) -> pl.DataFrame | None:
    if not counts:
        return None
    together = pl.concat([part.cast({"row_count": pl.Int64}) for part in counts])
    by = [name for name in together.columns if name != "row_count"]
    return together.group_by(by).agg(pl.col("row_count").sum())
