"""Reads bunches, small files and big ones alike."""

from __future__ import annotations

import polars as pl

from pipelines.ingest.reading.big_file import BigFile
from pipelines.ingest.reading.bunches import Bunch, is_small
from pipelines.ingest.reading.repeats import OpenSpool
from pipelines.ingest.reading.rows import Rows
from pipelines.ingest.reading.small_files import SmallFiles
from pipelines.ingest.reading.text import Text
from pipelines.ingest.values import Zones
from pipelines.settings import Settings


class Reader:
    """Reads bunches; `spool` opens the spool of a big file of a dataset."""

    def __init__(self, settings: Settings, spool: OpenSpool) -> None:
        self._settings = settings
        self._text = Text(settings)
        self._small = SmallFiles(settings, self._text)
        self._big = BigFile(settings, self._text, spool)

    @property
    def first_settled(self) -> pl.DataFrame | None:
        """The first rows of the last file that was looked at whole, numbers and dates settled."""
        return self._text.first_settled

    def read(self, bunch: Bunch, zones: dict[str, str]) -> Rows:
        """Reads each delivery of a bunch and settles its status: accepted, refused or waiting.

        `zones` is the time zone of each store.
        """
        mapping, _ = bunch[0].read_with
        places = Zones(zones, self._settings.default_time_zone, mapping.time_zone)
        if len(bunch) == 1 and not is_small(bunch[0]):
            rows = self._big.read(bunch[0], places)
        else:
            rows = self._small.read(bunch, places)
        for delivery in bunch:
            delivery.faults = delivery.recorded_faults
        return rows
