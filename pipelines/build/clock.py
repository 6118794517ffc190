"""Names of runs, and the one instant a run calls "now"."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

RUN_FORMAT = "run_%Y%m%dT%H%M%S%fZ"


@dataclass(frozen=True)
class Clock:
    """The run and its "now". Late, due and missing are said as of `run_at` (naive UTC)."""

    run_id: str
    run_at: datetime

    @classmethod
    def start(cls, now: datetime | None = None) -> Clock:
        at = (now or datetime.now(UTC)).astimezone(UTC).replace(tzinfo=None)
        return cls(datetime.now(UTC).strftime(RUN_FORMAT), at)


def utc_now() -> datetime:
    """Now, in UTC and without a zone: how every timestamp of the lake is kept."""
    return datetime.now(UTC).replace(tzinfo=None)
