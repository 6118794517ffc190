"""The one door to data: what has been published, and how to ask it.

A published file never changes and its name is never used twice, so an answer belongs to its run
for ever and may be remembered under the run's id. Every question opens the file read-only, asks
and closes: nothing here can wait for the pipeline, and the pipeline waits for nothing here.
"""

from __future__ import annotations

import json
import os
import re
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb

HOME_VARIABLE = "LOUPE_HOME"
DATABASE = "loupe.duckdb"
REMEMBERED_ANSWERS = 512
REMEMBERED_ROWS = 5_000

Row = dict[str, Any]


class NothingPublishedError(Exception):
    """There are no figures to show; the message says what to run."""


class UnknownRunError(Exception):
    """The run asked for is not among the publishes that are kept; the message names it."""


class QuestionError(Exception):
    """The published file could not answer; the message says what it lacks."""


def home_folder() -> Path:
    """The home named by LOUPE_HOME, else `data/` beside this package."""
    named = os.environ.get(HOME_VARIABLE) or Path(__file__).resolve().parent.parent / "data"
    return Path(named).expanduser().absolute()


class _Memory:
    """Small answers, kept under the file they came from; the least used go first."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._answers: OrderedDict[Any, list[Row]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Any) -> list[Row] | None:
        with self._lock:
            if key not in self._answers:
                return None
            self._answers.move_to_end(key)
            return self._answers[key]

    def put(self, key: Any, rows: list[Row]) -> None:
        if len(rows) > REMEMBERED_ROWS:
            return
        with self._lock:
            self._answers[key] = rows
            while len(self._answers) > self._size:
                self._answers.popitem(last=False)


_memory = _Memory(REMEMBERED_ANSWERS)


@dataclass(frozen=True)
class Run:
    """One publish: its facts from `run.json`, and its database.

    `run_at`, `published_at` are UTC; `data_as_of` is the newest business date with figures.
    """

    run_id: str
    folder: Path = field(repr=False)
    run_at: datetime
    published_at: datetime
    status: str = "published"
    data_as_of: date | None = None
    files_loaded: int | None = None
    rows_loaded: int | None = None
    checks: dict[str, int] = field(default_factory=dict, compare=False)

    @classmethod
    def read(cls, folder: Path) -> Run:
        """The publish in `folder`. Raises OSError, ValueError or KeyError when it is none."""
        told = json.loads((folder / "run.json").read_text("utf-8"))
        run_at = _moment(told["run_at"])
        as_of = told.get("data_as_of")
        return cls(
            run_id=str(told["run_id"]),
            folder=folder,
            run_at=run_at,
            published_at=_moment(told["published_at"]) if told.get("published_at") else run_at,
            status=str(told.get("status", "published")),
            data_as_of=date.fromisoformat(str(as_of)[:10]) if as_of else None,
            files_loaded=told.get("files_loaded"),
            rows_loaded=told.get("rows_loaded"),
            checks=told.get("checks") or {},
        )

    @property
    def database(self) -> Path:
        return self.folder / DATABASE

    def ask(self, sql: str, params: Sequence[Any] = ()) -> list[Row]:
        """The rows of one question, each a dict by column name; timestamps are UTC.

        Treat the rows as read-only: small answers are shared. Raises QuestionError.
        """
        key = (self.database, sql, tuple(params))
        known = _memory.get(key)
        if known is not None:
            return known
        try:
            with duckdb.connect(str(self.database), read_only=True) as connection:
                connection.execute("set TimeZone = 'UTC'")
                answer = connection.execute(sql, list(params))
                names = [column[0] for column in answer.description or []]
                rows = [dict(zip(names, values, strict=True)) for values in answer.fetchall()]
        except duckdb.Error as fault:
            first = str(fault).splitlines()[0]
            raise QuestionError(
                f"The figures of {self.run_id} could not be read: {first}"
            ) from fault
        _memory.put(key, rows)
        return rows

    def columns(self, table: str) -> dict[str, str]:
        """Column name → type of `schema.table`, in order; empty when it is not published."""
        schema, _, name = table.partition(".")
        # All of them at once: the answer is remembered, and a page asks for many tables.
        rows = self.ask(
            "select table_schema, table_name, column_name, data_type"
            " from information_schema.columns order by table_schema, table_name, ordinal_position"
        )
        return {
            row["column_name"]: row["data_type"]
            for row in rows
            if row["table_schema"] == schema and row["table_name"] == name
        }

    def has(self, table: str) -> bool:
        return bool(self.columns(table))


@dataclass(frozen=True)
class LastRun:
    """How the newest run ended, whether or not it published anything."""

    run_id: str
    status: str
    finished_at: datetime | None
    message: str
    failed_checks: tuple[Any, ...] = ()

    @property
    def published(self) -> bool:
        return self.status == "published"


class Published:
    """The published folder of one home."""

    def __init__(self, home: Path | str | None = None) -> None:
        self.home = Path(home).expanduser().absolute() if home else home_folder()
        self.folder = self.home / "published"

    def newest(self) -> Run:
        """The run CURRENT names. Raises NothingPublishedError."""
        try:
            run_id = (self.folder / "CURRENT").read_text("utf-8").strip()
        except OSError as fault:
            raise NothingPublishedError(
                "Nothing has been published yet. `make run` (or `loupe run`) takes in the files of"
                " the landing folder and publishes the first figures; then reload this page."
            ) from fault
        try:
            return self._read(run_id)
        except UnknownRunError as fault:
            raise NothingPublishedError(
                f"The published folder names {run_id} as its newest run, but that publish cannot be"
                " read. `loupe run` publishes again."
            ) from fault

    def runs(self) -> list[Run]:
        """Every publish that is kept, newest first; what is not a publish is passed over."""
        found = []
        for folder in self.folder.glob("run_*"):
            try:
                found.append(Run.read(folder))
            except (OSError, ValueError, KeyError):
                continue
        return sorted(found, key=lambda run: run.run_id, reverse=True)

    def run(self, run_id: str | None = None) -> Run:
        """The run of that id, else the newest. Raises UnknownRunError or NothingPublishedError."""
        return self._read(run_id) if run_id else self.newest()

    def ask(self, sql: str, params: Sequence[Any] = (), run: str | None = None) -> list[Row]:
        """`Run.ask` of the newest run, or of the run of that id."""
        return self.run(run).ask(sql, params)

    def last_run(self) -> LastRun | None:
        """How the newest run ended; None before the first, or while its record is unreadable."""
        try:
            told = json.loads((self.folder / "last_run.json").read_text("utf-8"))
            finished = told.get("finished_at")
            return LastRun(
                run_id=str(told["run_id"]),
                status=str(told["status"]),
                finished_at=_moment(finished) if finished else None,
                message=str(told.get("message") or ""),
                failed_checks=tuple(told.get("failed_checks") or ()),
            )
        except (OSError, ValueError, KeyError):
            return None

    def _read(self, run_id: str) -> Run:
        # The id arrives from an address line: only a plain name may become a path.
        if not re.fullmatch(r"run_[0-9TZ_]+", run_id):
            raise UnknownRunError(f"“{run_id}” is not the name of a run.")
        try:
            return Run.read(self.folder / run_id)
        except (OSError, ValueError, KeyError) as fault:
            raise UnknownRunError(
                f"The figures of {run_id} are not kept any more (or never were)."
            ) from fault


def _moment(text: str) -> datetime:
    """A timestamp from JSON; one without an offset is UTC."""
    moment = datetime.fromisoformat(str(text))
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
