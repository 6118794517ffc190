"""Text rows of some files into typed rows and faults."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from pipelines.ingest import readers
from pipelines.ingest.contracts import Dataset
from pipelines.ingest.delivery import Delivery
from pipelines.ingest.mapping.own_headers import LINE
from pipelines.ingest.readers import BadLine, Chunk
from pipelines.ingest.reading import controls
from pipelines.ingest.reading.forms import in_own_form
from pipelines.ingest.reading.rows import by_file
from pipelines.ingest.translate import translate
from pipelines.ingest.values import FAULTS, FILE, Zones, no_faults, tidy, type_rows


@dataclass
class Staged:
    rows: pl.DataFrame
    faults: pl.DataFrame


def stage(frame: pl.DataFrame, clean: bool, deliveries: list[Delivery], zones: Zones) -> Staged:
    """Text rows of some files into typed rows and faults, everything counted.

    FILE says which of `deliveries`, all of one mapping, a row is from. `clean` is that of a Chunk.
    """
    mapping, dataset = deliveries[0].read_with
    text = frame if clean else tidy(frame)
    told = [name for name in text.columns if name not in (FILE, LINE)]
    if min(text.get_column(name).null_count() for name in told):
        blank = text.select(pl.all_horizontal(pl.col(told).is_null())).to_series()
        if blank.any():
            for file, lines in text.filter(blank).group_by(FILE).len().iter_rows():
                deliveries[file].skip(readers.BLANK, lines)
            text = text.filter(~blank)
    translated = translate(text, mapping, dataset, [one.named for one in deliveries])
    for file, reason, lines in translated.skipped:
        deliveries[file].skip(reason, lines)
    for file, moment in translated.exported_at.items():
        before = deliveries[file].exported_at
        deliveries[file].exported_at = max(before, moment) if before else moment
    controls.add_up(translated.whole, deliveries)
    typed = type_rows(translated.frame, dataset, zones)
    if dataset.name == "stores":
        for file, part in by_file(typed.rows):
            deliveries[file].zones.update(part.select("store_id", "time_zone").iter_rows())
    for file, store in typed.unplaced.items():
        deliveries[file].status = "waiting"
        deliveries[file].reason = (
            f"waits for the stores list: it has local times, and the time zone of store "
            f"{store} is not known yet. Send a stores file that lists it, or set "
            "default_time_zone in loupe.toml"
        )
    faults = [part for part in (translated.faults, typed.faults) if part.height]
    set_aside = pl.concat(faults) if faults else no_faults()
    return Staged(typed.rows, in_own_form(set_aside, mapping))


def count(chunk: Chunk, delivery: Delivery, index: int, faults: list[pl.DataFrame]) -> None:
    """Puts the lines of a chunk on the delivery's account."""
    delivery.lines_read += chunk.lines
    for reason, lines in chunk.skipped.items():
        delivery.skip(reason, lines)
    delivery.findings.update(chunk.findings)
    if chunk.bad:
        faults.append(_bad_faults(chunk.bad, index, delivery.read_with[1]))


def _bad_faults(bad: list[BadLine], index: int, dataset: Dataset) -> pl.DataFrame:
    return pl.DataFrame(
        {
            FILE: [index] * len(bad),
            LINE: [one.line_no for one in bad],
            "column_name": [None] * len(bad),
            "rule": [one.rule for one in bad],
            "value": [one.value for one in bad],
            "expected": [one.expected for one in bad],
            "raw_line": [None if dataset.has_personal else one.raw for one in bad],
            "store_id": [one.store_id for one in bad],
            "business_date": pl.Series(
                [one.business_date for one in bad], dtype=pl.String
            ).str.to_date("%Y-%m-%d", strict=False),
        },
        schema=FAULTS,
    )
