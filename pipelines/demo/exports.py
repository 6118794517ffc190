"""Exports as files: true arrival times, one a store-day or one a day; native, or in a dialect."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import IO, Any

from pipelines.demo.dialects.layout import NATIVE, Layout
from pipelines.demo.places import Place
from pipelines.demo.rows import columns

DUE_HOUR = 7  # of the store's next morning
STORE_DAY, DAY = "store_day", "day"
NETWORK = "network"  # folder of the files that hold every store
_STORE_FILES_UP_TO = 40  # boutiques; a larger network writes one file a dataset and day


@dataclass(slots=True)
class Export:
    """One dataset of one store-day on its way to the landing folder."""

    dataset: str
    place: Place
    day: date
    rows: Sequence[Any]  # of the dataset's row class
    arrives: datetime  # UTC
    suffix: str = ""
    header: tuple[str, ...] = ()
    is_planted: bool = False
    layout: Layout = field(default=NATIVE)

    @property
    def file_name(self) -> str:
        """Path below the landing folder, when the store-day has a file of its own."""
        store = self.place.store_id
        suffix = f"_{self.suffix}" if self.suffix else ""
        return f"{store}/{self.layout.name(self.dataset, f'{store}_{self.day:%Y%m%d}{suffix}')}"


def due(place: Place, day: date) -> datetime:
    """When the exports of a store-day are owed, UTC."""
    local = datetime.combine(day + timedelta(days=1), datetime.min.time())
    return place.utc(local + timedelta(hours=DUE_HOUR))


def arrival(place: Place, day: date, rng: Random) -> datetime:
    """Some moment of the following night, hours before it is due, UTC."""
    local = datetime.combine(day + timedelta(days=1), datetime.min.time())
    return place.utc(local + timedelta(hours=2, seconds=rng.randrange(4 * 3600)))


def files_for(stores: int) -> str:
    """The layout a network of this size writes by default."""
    return STORE_DAY if stores <= _STORE_FILES_UP_TO else DAY


class Landing:
    """Writes below one folder and counts what it wrote. Holds no more than one day."""

    def __init__(
        self, folder: Path, files_per: str, layouts: Mapping[str, Layout] | None = None
    ) -> None:
        self._folder = folder
        self._files_per = files_per
        self._layouts = layouts or {}
        self._open: dict[str, tuple[IO[str], Path]] = {}
        self.files = 0
        self.bytes = 0
        self.header_only = 0
        self.rows: Counter[str] = Counter()

    def reference(
        self, dataset: str, day: date, rows: Iterable[Sequence[object]], arrives: datetime
    ) -> str:
        """A list of the whole network; its file's name below the landing folder."""
        return self._whole("reference", dataset, day, rows, arrives)

    def network_day(
        self, dataset: str, day: date, rows: Sequence[Sequence[object]], arrives: datetime
    ) -> str:
        """What a system of the whole network exports of a day; nothing when it has nothing."""
        return self._whole(NETWORK, dataset, day, rows, arrives) if rows else ""

    def _whole(
        self,
        folder: str,
        dataset: str,
        day: date,
        rows: Iterable[Sequence[object]],
        arrives: datetime,
    ) -> str:
        layout = self._layouts.get(dataset, NATIVE)
        name = f"{folder}/{layout.name(dataset, f'{day:%Y%m%d}')}"
        self._write(name, dataset, layout, columns(dataset), rows, arrives)
        return name

    def store_day(self, export: Export) -> None:
        """A file of its own, unless the network writes daily files and nothing is special.

        A store-day without rows always has its own file: its name is all that says it was sent.
        """
        if export.dataset in self._open and export.rows and not export.is_planted:
            export.layout.write(self._open[export.dataset][0], export.rows)
            self.rows[export.dataset] += len(export.rows)
            return
        header = export.header or columns(export.dataset)
        self._write(
            export.file_name, export.dataset, export.layout, header, export.rows, export.arrives
        )
        self.header_only += not export.rows

    @contextmanager
    def one_day(self, day: date, datasets: Iterable[str], arrives: datetime) -> Iterator[None]:
        """While this is open, store-days go into the network's files of that day."""
        if self._files_per == STORE_DAY:
            yield
            return
        for dataset in datasets:
            layout = self._layouts.get(dataset, NATIVE)
            path = self._path(f"{NETWORK}/{layout.name(dataset, f'{day:%Y%m%d}')}")
            stream: IO[str] = path.open("w", encoding=layout.encoding, newline="")
            layout.begin(stream, dataset, columns(dataset))
            self._open[dataset] = (stream, path)
        try:
            yield
        finally:
            for dataset, (stream, path) in self._open.items():
                self._layouts.get(dataset, NATIVE).end(stream)
                stream.close()
                self._arrived(path, arrives)
            self._open = {}

    def _write(
        self,
        name: str,
        dataset: str,
        layout: Layout,
        header: Sequence[str],
        rows: Iterable[Sequence[object]],
        arrives: datetime,
    ) -> None:
        path = self._path(name)
        with path.open("w", encoding=layout.encoding, newline="") as stream:
            layout.begin(stream, dataset, header)
            self.rows[dataset] += layout.write(stream, rows)
            layout.end(stream)
        self._arrived(path, arrives)

    def _path(self, name: str) -> Path:
        path = self._folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def _arrived(self, path: Path, arrives: datetime) -> None:
        moment = int(arrives.timestamp())
        os.utime(path, (moment, moment))
        self.files += 1
        self.bytes += path.stat().st_size
