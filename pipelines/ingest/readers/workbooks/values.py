"""The cells of a sheet as text, read by a process of its own: see `workbook_opener`.

with values_of(path) as values:
    frame, errors = values.sheet("Feuil1", facts)
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection, Pipe
from pathlib import Path

import polars as pl

from pipelines.ingest.readers import Refused
from pipelines.ingest.readers.workbooks.facts import Facts
from pipelines.ingest.workbook_opener import Answer

# Row to column and what is shown.
Errors = dict[int, list[tuple[int, str]]]
_PATIENCE_SECONDS = 300.0
_CANNOT = "sheet {} cannot be read: save the workbook again as .xlsx"
_SHOWN = {
    "Div0": "#DIV/0!",
    "NA": "#N/A",
    "Name": "#NAME?",
    "Null": "#NULL!",
    "Num": "#NUM!",
    "Ref": "#REF!",
    "Value": "#VALUE!",
    "GettingData": "#GETTING_DATA",
}


class Values:
    """The sheets of a workbook that was looked into before."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def sheet(self, name: str, facts: Facts) -> tuple[pl.DataFrame, Errors]:
        """The cells, and those that show an error. Raises Refused."""
        with tempfile.TemporaryDirectory(prefix="loupe-sheet-") as room:
            to = Path(room) / "cells.arrow"
            answer = _opener.ask(str(self._path), name, str(to))
            if isinstance(answer, str):
                raise Refused(_CANNOT.format(name))
            frame = pl.read_ipc(to)
        errors: Errors = {}
        for row, column, detail in answer:
            kind = re.search(r"Error\((\w+)\)", detail)
            shown = _SHOWN.get(kind[1] if kind else "", "an error")
            errors.setdefault(row, []).append((column, shown))
        for row, column, shown in facts.faults:
            here = errors.setdefault(row, [])
            if column - facts.first_column not in [at for at, _ in here]:
                here.append((column - facts.first_column, shown))
        return _with_clocks(frame, facts), errors


@contextmanager
def values_of(path: Path) -> Iterator[Values]:
    """The values of a workbook; it is closed behind."""
    try:
        yield Values(path)
    finally:
        _opener.forget()


def _with_clocks(frame: pl.DataFrame, facts: Facts) -> pl.DataFrame:
    """The times of day that the library leaves out."""
    by_column: dict[int, tuple[list[int], list[str]]] = {}
    for row, column, seconds in facts.clocks:
        at = column - facts.first_column
        if row < frame.height and at < frame.width:
            rows, texts = by_column.setdefault(at, ([], []))
            rows.append(row)
            minutes, second = divmod(seconds, 60)
            texts.append(f"{minutes // 60:02}:{minutes % 60:02}:{second:02}")
    return frame.with_columns(
        frame.to_series(at).scatter(rows, texts).alias(frame.columns[at])
        for at, (rows, texts) in by_column.items()
    )


class _Opener:
    """The process that opens workbooks: started when first asked, anew after it died."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pipe: Connection | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0

    def ask(self, path: str, sheet: str | None, to: str) -> Answer:
        """The cells with errors; in words why there is nothing, its death included."""
        with self._lock:
            # It leaves when it was idle for long, which may be just now: it is asked twice.
            for _ in range(2):
                # A fork has the pipe of the process it came from: it needs its own.
                if self._pipe is None or self._owner != os.getpid():
                    self._start()
                assert self._pipe is not None
                try:
                    self._pipe.send((path, sheet, to))
                    if self._pipe.poll(_PATIENCE_SECONDS):
                        return self._pipe.recv()
                except (EOFError, ConnectionError):
                    self._end()
                    continue
                self._end()
                return "it did not come to an end"
            return "it died over it"

    def forget(self) -> None:
        """Closes the workbook that is open."""
        if self._pipe is not None and self._owner == os.getpid():
            self.ask("", None, "")

    def _start(self) -> None:
        ours, theirs = Pipe()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "pipelines.ingest.workbook_opener", str(theirs.fileno())],
            env={**os.environ, "ARROW_DEFAULT_MEMORY_POOL": "system", "RUST_BACKTRACE": "0"},
            stdin=subprocess.DEVNULL,
            # What it says when it dies is no word for a person: the file is refused in better ones.
            stderr=subprocess.DEVNULL,
            pass_fds=[theirs.fileno()],
        )
        # Held by the child alone, so that its death is the end of the pipe.
        theirs.close()
        self._pipe, self._owner = ours, os.getpid()

    def _end(self) -> None:
        if self._pipe is not None:
            self._pipe.close()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._pipe = self._process = None


_opener = _Opener()
