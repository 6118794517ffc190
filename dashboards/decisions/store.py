"""Where decisions are kept: a table that only grows, in SQLite or any database SQLAlchemy reaches.

Each call opens the database and closes it again, so that a file put back from a backup is seen at
once and nothing stays locked. SQLite keeps its rollback journal (not WAL): decisions are rare, and
a folder that may only be read, or lies on a network, can still be read.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, func, inspect, select
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from dashboards.decisions import rules
from dashboards.decisions.rules import Decision
from dashboards.decisions.schema import TABLE, decisions, metadata
from dashboards.knobs import DECISIONS_FILE, KnobError, knob

BUSY_SECONDS = 15
_TRIES = 50


class ActedMeanwhileError(Exception):
    """Somebody acted on the subject after it was looked at. `decision` is their latest act."""

    def __init__(self, decision: Decision) -> None:
        self.decision = decision
        super().__init__(
            f"{decision.words}. That was after you opened this; nothing of yours was kept."
            " Reload, look again, and decide."
        )


class StoreUnavailableError(Exception):
    """The decisions cannot be read or written; the message says where they are and what to do."""


class DecisionStore:
    """The decisions of one home. `url` names the database; its password is never shown."""

    def __init__(self, url: str | URL, published: Path | None = None) -> None:
        self._published = published
        try:
            self._url = make_url(url)
            self._engine = _engine(self._url)
        except (ArgumentError, ImportError) as fault:
            raise StoreUnavailableError(
                f"decisions_url cannot be used ({fault}). Expected: an SQLAlchemy address such as"
                " postgresql+psycopg://user@host/database, with its driver installed."
            ) from fault

    @classmethod
    def open(cls, home_root: Path | str) -> DecisionStore:
        """The store of a home: `decisions_url` of its settings, else a file below it.

        Opens and creates nothing yet. Raises StoreUnavailableError.
        """
        root = Path(home_root)
        try:
            named = knob(root, "decisions_url")
        except KnobError as fault:
            raise StoreUnavailableError(str(fault)) from fault
        return cls(
            named or URL.create("sqlite", database=str(root / DECISIONS_FILE)),
            published=root / "published",
        )

    @property
    def place(self) -> str:
        """Where the decisions are, without a password."""
        return self._url.render_as_string(hide_password=True)

    # ── deciding ─────────────────────────────────────────────────────────────────────────────

    def decide(
        self,
        *,
        kind: str,
        subject_type: str,
        subject_key: str,
        decided_by: str,
        seen_run_id: str,
        seen_sequence_no: int,
        store_id: str | None = None,
        business_date: date | None = None,
        payload: Mapping[str, Any] | None = None,
        reason: str | None = None,
    ) -> Decision:
        """Keep a decision. `seen_sequence_no` is the newest act on the subject its author saw (0).

        Raises RuleBrokenError, ActedMeanwhileError or StoreUnavailableError; nothing is kept then.
        """
        reason = (reason or "").strip() or None
        decided_by = " ".join(decided_by.split())
        proposed = {
            "kind": kind,
            "subject_type": subject_type,
            "subject_key": subject_key,
            "store_id": store_id,
            "business_date": business_date,
            "payload": rules.payload_text(payload or {}),
            "reason": reason,
            "decided_by": decided_by,
            "seen_run_id": seen_run_id,
        }
        for _ in range(_TRIES):
            with self._writing() as connection:
                history = _read(connection, subject_type=subject_type, subject_key=subject_key)
                latest = history[-1].sequence_no if history else 0
                if latest > seen_sequence_no:
                    raise ActedMeanwhileError(history[-1])
                rules.check(
                    kind, subject_type, payload or {}, reason, decided_by, seen_run_id, history
                )
                number = connection.scalar(select(func.max(decisions.c.decision_no))) or 0
                self._not_behind(number)
                row = {
                    **proposed,
                    "decision_no": number + 1,
                    "decision_id": str(uuid.uuid4()),
                    "decided_at": datetime.now(UTC).replace(tzinfo=None),
                    "sequence_no": latest + 1,
                }
                try:
                    connection.execute(decisions.insert(), row)
                    connection.commit()
                except IntegrityError:
                    # Somebody was quicker by a moment: count again, and see whether it matters.
                    connection.rollback()
                    continue
            return _decision(row)
        raise StoreUnavailableError(
            f"The decisions ({self.place}) are written by too many at once. Try again."
        )

    def restore(self, kept: Iterable[Decision]) -> int:
        """Put back decisions that another place still holds, under their own numbers.

        Those already here are left alone. Returns how many were missing. Raises
        StoreUnavailableError, also where other decisions have taken their numbers.
        """
        kept = list(kept)
        with self._writing() as connection:
            known = {d.decision_id: d for d in _read(connection)}
            missing = [_row(d) for d in kept if d.decision_id not in known]
            numbers = {row["decision_no"] for row in missing}
            others = [d for d in known.values() if d.decision_no in numbers]
            if others:
                told = "; ".join(f"{d.words} ({d.subject_key})" for d in others[:3])
                raise StoreUnavailableError(
                    f"{self.place} was begun anew: {len(missing)} decisions the lake holds are not"
                    f" in it, and {len(others)} others have their numbers ({told}). Put back the"
                    " newest copy, or move the file aside and run again: the lake then gives back"
                    " what it has. The others have to be taken once more."
                )
            if missing:
                connection.execute(decisions.insert(), missing)
                connection.commit()
        return len(missing)

    # ── reading ──────────────────────────────────────────────────────────────────────────────

    def history(self, subject_type: str, subject_key: str) -> list[Decision]:
        """Every act on one subject, oldest first. Raises StoreUnavailableError."""
        return self.find(subject_type=subject_type, subject_key=subject_key)

    def since(self, decision_no: int) -> list[Decision]:
        """Decisions after that number (0: all), in order. Raises StoreUnavailableError."""
        return self.find(after=decision_no)

    def open_items(
        self, *, store_id: str | None = None, business_date: date | None = None
    ) -> list[Decision]:
        """Corrections that wait for another person. Raises StoreUnavailableError."""
        return rules.open_corrections(
            self.find(subject_type="row", store_id=store_id, business_date=business_date)
        )

    def find(
        self,
        *,
        after: int = 0,
        kind: str | None = None,
        subject_type: str | None = None,
        subject_key: str | None = None,
        store_id: str | None = None,
        business_date: date | None = None,
    ) -> list[Decision]:
        """Decisions that are all of what is named, in order. Raises StoreUnavailableError."""
        named = {
            "kind": kind,
            "subject_type": subject_type,
            "subject_key": subject_key,
            "store_id": store_id,
            "business_date": business_date,
        }
        with self._reading() as connection:
            if connection is None:
                return []
            wanted = {name: value for name, value in named.items() if value is not None}
            return _read(connection, after=after, **wanted)

    def _not_behind(self, newest: int) -> None:
        """A store that holds less than what was published was lost: nothing is decided on it."""
        known = _newest_published(self._published)
        if newest < known:
            raise StoreUnavailableError(
                f"The decisions ({self.place}) end at number {newest}, but the published figures"
                f" know {known}: the file was lost, or an old copy put in its place. Nothing was"
                " kept. Run `loupe run`: it puts back what the lake holds. Then decide."
            )

    # ── opening ──────────────────────────────────────────────────────────────────────────────

    @property
    def _file(self) -> Path | None:
        if self._url.get_backend_name() != "sqlite" or not self._url.database:
            return None
        return Path(self._url.database)

    @contextmanager
    def _reading(self) -> Iterator[Connection | None]:
        """None when nobody has decided anything yet."""
        if self._file is not None and not self._file.exists():
            yield None
            return
        with self._told("read"), self._engine.connect() as connection:
            yield connection if inspect(connection).has_table(TABLE) else None

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with self._told("written"):
            if self._file is not None:
                self._file.parent.mkdir(parents=True, exist_ok=True)
            with self._engine.connect().execution_options(loupe_writes=True) as connection:
                if not inspect(connection).has_table(TABLE):
                    metadata.create_all(connection)
                    connection.commit()
                yield connection

    @contextmanager
    def _told(self, done: str) -> Iterator[None]:
        try:
            yield
        except (SQLAlchemyError, OSError) as fault:
            cause = fault.orig if isinstance(fault, DBAPIError) and fault.orig else fault
            why = str(cause).splitlines()[0] if str(cause) else type(cause).__name__
            raise StoreUnavailableError(
                f"The decisions cannot be {done} ({self.place}): {why}. Nothing was kept."
                " Check that the place exists and may be written to, then try again."
            ) from fault


def _engine(url: URL) -> Engine:
    if url.get_backend_name() != "sqlite":
        return create_engine(url, poolclass=NullPool, isolation_level="READ COMMITTED")
    engine = create_engine(url, poolclass=NullPool, connect_args={"timeout": BUSY_SECONDS})

    # The driver would begin a transaction at the first insert: two writers that have both read
    # would then wait for each other. Ours takes the write lock before it reads.
    @event.listens_for(engine, "connect")
    def _(dbapi_connection: Any, record: Any) -> None:
        dbapi_connection.isolation_level = None

    @event.listens_for(engine, "begin")
    def _(connection: Connection) -> None:
        writes = connection.get_execution_options().get("loupe_writes")
        connection.exec_driver_sql("begin immediate" if writes else "begin")

    return engine


def _newest_published(published: Path | None) -> int:
    """The newest decision in the figures that readers see; 0 when nobody can say."""
    if published is None:
        return 0
    try:
        run = (published / "CURRENT").read_text("utf-8").strip()
        told = json.loads((published / run / "run.json").read_text("utf-8"))
        return int(told.get("newest_decision") or 0)
    except (OSError, ValueError):
        return 0


def _read(connection: Connection, *, after: int = 0, **named: Any) -> list[Decision]:
    query = select(decisions).where(decisions.c.decision_no > after)
    for name, value in named.items():
        query = query.where(decisions.c[name] == value)
    rows = connection.execute(query.order_by(decisions.c.decision_no)).mappings()
    return [_decision(dict(row)) for row in rows]


def _decision(row: Mapping[str, Any]) -> Decision:
    return Decision(**{**row, "payload": json.loads(row["payload"])})


def _row(decision: Decision) -> dict[str, Any]:
    return {**vars(decision), "payload": rules.payload_text(decision.payload)}
