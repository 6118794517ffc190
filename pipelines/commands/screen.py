"""What the command line prints, and how a fault is told: in words, never as a traceback."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)

out = Console()
err = Console(stderr=True)

FAILED = 1
BLOCKED = 2


def print_json(value: Any) -> None:
    """For scripts: one JSON document on stdout."""
    json.dump(value, sys.stdout, indent=2, default=str)
    sys.stdout.write("\n")


@contextmanager
def progress(quiet: bool = False) -> Iterator[Callable[[str, int, int], None]]:
    """A bar a stage; yields `told(stage, done, total)` with total 0 while it is unknown."""
    if quiet or not err.is_terminal:
        yield _lines(quiet)
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=30),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=err, transient=True) as bars:
        tasks: dict[str, Any] = {}

        def told(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                for earlier in tasks.values():
                    bars.stop_task(earlier)
                tasks[stage] = bars.add_task(stage, total=None)
            bars.update(tasks[stage], completed=done, total=total or None)

        yield told


def _lines(quiet: bool) -> Callable[[str, int, int], None]:
    seen: set[str] = set()

    def told(stage: str, done: int, total: int) -> None:
        if not quiet and stage not in seen:
            seen.add(stage)
            err.print(f"{stage} …", highlight=False)

    return told


def stop(message: str, code: int = FAILED) -> typer.Exit:
    """Say why nothing more happens; raise what it returns."""
    err.print(message, style="bold red" if code == FAILED else "bold yellow", highlight=False)
    return typer.Exit(code)
