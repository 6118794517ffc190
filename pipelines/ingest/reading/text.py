"""The rows of a file as text, as the rules of its mapping read them."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from pipelines.ingest import readers
from pipelines.ingest.carry import carried
from pipelines.ingest.delivery import Delivery
from pipelines.ingest.readers import Chunk
from pipelines.ingest.readers.workbooks.days import with_days
from pipelines.ingest.reading.header import check_header
from pipelines.ingest.survey import surveyed
from pipelines.ingest.unpivot import unpivoted
from pipelines.settings import Settings

FIRST_ROWS = 1_000


class Text:
    """Reads files as text; a wrong header is refused."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        # The first rows of the last file that had to be looked at whole, numbers and dates settled.
        self.first_settled: pl.DataFrame | None = None

    def chunks(self, delivery: Delivery) -> Iterator[Chunk]:
        """The file's rows, after a first look at the whole of it where the mapping asks for one."""
        mapping, dataset = delivery.read_with
        if mapping.is_surveyed:
            self.first_settled = None
            again = surveyed(lambda: self._read(delivery), mapping, dataset)
            return self._noted(again)
        return self._read(delivery)

    def _noted(self, chunks: Iterator[Chunk]) -> Iterator[Chunk]:
        for chunk in chunks:
            if self.first_settled is None and chunk.frame.height:
                self.first_settled = chunk.frame.head(FIRST_ROWS)
            yield chunk

    def _read(self, delivery: Delivery) -> Iterator[Chunk]:
        mapping, dataset = delivery.read_with
        return text_chunks(
            delivery, self._settings, lambda names: check_header(names, mapping, dataset)
        )


def text_chunks(
    delivery: Delivery, settings: Settings, check: readers.CheckHeader
) -> Iterator[Chunk]:
    """The rows of a file as text, under the headers that its mapping's rules read.

    `check` is given the file's header and raises Refused.
    """
    mapping, dataset = delivery.read_with
    name = delivery.found.name
    chunks = readers.read(delivery.kept.path, name, mapping, settings, check)
    if mapping.carry is not None:
        chunks = carried(chunks, mapping.carry)
    if mapping.unpivot is not None:
        chunks = unpivoted(chunks, mapping.unpivot)
    if mapping.format_of(name) != "xlsx":
        return chunks
    return with_days(chunks, mapping, dataset)
