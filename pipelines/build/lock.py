"""One writer at a time for one home; the second is told who the first is."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from pipelines.settings import Home


class AlreadyRunning(Exception):
    """Another process is writing to this home; the message says which, and since when."""


@contextmanager
def only_writer(home: Home) -> Iterator[None]:
    """Hold the home's writer lock. The system frees it when the process ends, however it ends."""
    home.root.mkdir(parents=True, exist_ok=True)
    with home.lock_file.open("a+") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as fault:
            raise AlreadyRunning(_who_holds(handle.name)) from fault
        handle.seek(0)
        handle.truncate()
        json.dump(
            {"pid": os.getpid(), "since": datetime.now(UTC).isoformat("T", "seconds")}, handle
        )
        handle.flush()
        try:
            yield
        finally:
            handle.seek(0)
            handle.truncate()


def is_held(home: Home) -> bool:
    """Whether a run is under way."""
    try:
        with only_writer(home):
            return False
    except AlreadyRunning:
        return True


def _who_holds(path: str) -> str:
    try:
        with open(path, encoding="utf-8") as handle:  # noqa: PTH123
            holder = json.load(handle)
        since = f"process {holder['pid']}, since {holder['since']}"
    except (OSError, ValueError, KeyError):
        since = "another process"
    return (
        f"A run is already under way ({since}). Nothing was changed. "
        "Wait for it to end and run again; if that process is stuck, stop it: the next run mends."
    )
