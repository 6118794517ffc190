"""What the commands that read share: the newest publish, or the one asked for, or words."""

from __future__ import annotations

from dashboards.warehouse import (
    NothingPublishedError,
    Published,
    QuestionError,
    Run,
    UnknownRunError,
)
from pipelines.commands.screen import stop
from pipelines.settings import Home

READ_FAULTS = (NothingPublishedError, UnknownRunError, QuestionError)


def open_publish(home: Home, run_id: str | None) -> Run:
    """The publish of that name, else the newest; ends the command in words when there is none."""
    try:
        return Published(home.root).run(run_id)
    except READ_FAULTS as fault:
        raise stop(str(fault)) from fault
