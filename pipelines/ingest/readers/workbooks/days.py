"""Days in workbooks: a date is kept as a moment at midnight, or as a number counted from day 0."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

import polars as pl

from pipelines.ingest.contracts import Dataset
from pipelines.ingest.mapping.model import Mapping
from pipelines.ingest.readers import Chunk

# Written with a T in a spreadsheet of OpenDocument.
_MIDNIGHT = r"[ T]00:00:00(?:\.0+)?\z"
# Five digits are a day of 1927 to 2173 (1931 to 2177 where 1904 is day 0).
_DAY = r"\A\d{5}\z"
_MOMENT = r"\A\d{5}\.\d+\z"
_DAY_MS = 86_400_000


def with_days(chunks: Iterator[Chunk], mapping: Mapping, dataset: Dataset) -> Iterator[Chunk]:
    """The same rows, dates and times of the dataset's columns in the way the contract reads."""
    wanted = {}
    for name, rule in mapping.rules.items():
        kind = dataset.columns[name].data_type
        if rule.source and kind in ("date", "timestamp"):
            # A form without any sign, such as %d%m%Y, may be five digits too.
            forms = rule.dates or mapping.dates
            counted = all(re.search(r"[^%A-Za-z]", form) for form in forms)
            wanted[rule.source] = (kind, counted)
    for name, rule in mapping.rules.items():
        if rule.template and dataset.columns[name].data_type == "timestamp":
            # A day and a time of day put together: the day's own midnight is in the way.
            for header in rule.headers:
                wanted.setdefault(header, ("date", False))
    for chunk in chunks:
        here = [name for name in chunk.frame.columns if name in wanted]
        chunk.frame = chunk.frame.with_columns(
            _told(name, *wanted[name], chunk.day_0) for name in here
        )
        yield chunk


def _told(name: str, kind: str, counted: bool, day_0: date | None) -> pl.Expr:
    text = pl.col(name)
    found = text.str.replace(_MIDNIGHT, "") if kind == "date" else text
    if day_0 is None or not counted:
        return found
    number = text.cast(pl.Float64, strict=False)
    day = pl.lit(day_0).cast(pl.Datetime("ms")) + pl.duration(
        milliseconds=(number * _DAY_MS).round(0).cast(pl.Int64, strict=False), time_unit="ms"
    )
    form = "%Y-%m-%d" if kind == "date" else "%Y-%m-%d %H:%M:%S"
    is_moment = text.str.contains(_MOMENT)
    return (
        pl.when(text.str.contains(_DAY))
        .then(day.dt.strftime(form))
        # A moment stays one: a business date is never made out of it.
        .when(is_moment)
        .then(day.dt.round("1s").dt.strftime("%Y-%m-%d %H:%M:%S"))
        .otherwise(found)
        .alias(name)
    )
