"""Named points at which a test may kill the process, to prove that the next run is right."""

from __future__ import annotations

import os

VARIABLE = "LOUPE_KILL_AT"
POINTS = (
    "after_scan",
    "mid_archive",
    "after_read",
    "before_commit",
    "after_commit",
    "after_ledger",
)


def reached(name: str) -> None:
    """Die here, as by a power cut, when LOUPE_KILL_AT says so."""
    if os.environ.get(VARIABLE) == name:
        os._exit(137)
