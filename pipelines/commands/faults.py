"""Faults in words; the trace of an unforeseen one goes to a file, not to the person."""

from __future__ import annotations

import os
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

from pipelines.build.lock import AlreadyRunning
from pipelines.commands.screen import stop
from pipelines.settings import Home, SettingsError


@contextmanager
def told_in_words() -> Iterator[None]:
    """Turn any exception into a message and exit code 1."""
    try:
        yield
    except (AlreadyRunning, SettingsError) as fault:
        raise SystemExit(stop(str(fault)).exit_code) from fault
    except KeyboardInterrupt as fault:
        raise SystemExit(
            stop("Stopped. Nothing is lost: run again and the work is finished.").exit_code
        ) from fault
    except Exception as fault:
        raise SystemExit(stop(_unforeseen(fault)).exit_code) from fault


def _unforeseen(fault: Exception) -> str:
    logs = Home.find().logs
    try:
        logs.mkdir(parents=True, exist_ok=True)
        path = logs / "last_fault.txt"
        path.write_text("".join(traceback.format_exception(fault)), "utf-8")
        os.chmod(path, 0o600)  # noqa: PTH101 - a trace may quote a line of a file
        where = f" Details for whoever maintains Loupe: {path}"
    except OSError:
        where = ""
    return f"{type(fault).__name__}: {fault}{where}"
