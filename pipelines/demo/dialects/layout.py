"""How a dataset is written to a file: the native way, or column by column in another system's."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import IO, Any

from pipelines.demo.rows import columns


class Layout:
    """The native layout: UTF-8, commas, the contract's headers."""

    encoding = "utf-8"
    unsaid: frozenset[str] = frozenset()  # kinds of errors it has no words for

    def name(self, dataset: str, rest: str) -> str:
        """The file's name; `rest` is its store, day and suffix."""
        return f"{dataset}_{rest}.csv"

    def line(self, at: int) -> int:
        """The line of the file that row `at`, counted from 0, stands on."""
        return at + 2

    def begin(self, stream: IO[str], dataset: str, header: Sequence[str]) -> None:
        csv.writer(stream, lineterminator="\n").writerow(header)

    def write(self, stream: IO[str], rows: Iterable[Sequence[object]]) -> int:
        """Writes rows; returns how many."""
        writer, count = csv.writer(stream, lineterminator="\n"), 0
        for row in rows:
            writer.writerow(row)
            count += 1
        return count

    def end(self, stream: IO[str]) -> None:
        """What stands below the last row."""


NATIVE = Layout()


@dataclass(frozen=True)
class Field:
    """A column of another system: its header, what it holds, and the column it stands for."""

    header: str
    value: Callable[[Any], object]  # of the dataset's row class
    stands_for: str = ""


class Delimited(Layout):
    """Delimited text of another system, one line a row, in the same order."""

    def __init__(
        self,
        prefix: str,
        fields: Sequence[Field],
        *,
        encoding: str = "utf-8",
        delimiter: str = ",",
        line_end: str = "\n",
    ) -> None:
        self.encoding = encoding
        self.fields = tuple(fields)
        self._prefix = prefix
        self._how = {"delimiter": delimiter, "lineterminator": line_end}

    def name(self, dataset: str, rest: str) -> str:
        return f"{self._prefix}_{rest}.csv"

    def headers(self, dataset: str, header: Sequence[str]) -> list[str]:
        """The other system's headers; a column renamed in the native header is renamed here."""
        renamed = dict(zip(columns(dataset), header, strict=True))
        return [
            renamed[one.stands_for]
            if one.stands_for and renamed[one.stands_for] != one.stands_for
            else one.header
            for one in self.fields
        ]

    def begin(self, stream: IO[str], dataset: str, header: Sequence[str]) -> None:
        csv.writer(stream, **self._how).writerow(self.headers(dataset, header))  # type: ignore[arg-type]

    def write(self, stream: IO[str], rows: Iterable[Sequence[object]]) -> int:
        writer, count = csv.writer(stream, **self._how), 0  # type: ignore[arg-type]
        for row in rows:
            writer.writerow([one.value(row) for one in self.fields])
            count += 1
        return count
