"""Taking in: what is new in the landing folder becomes one batch of the lake.

    scan ─▶ archive under the hash ─▶ read, type, judge ─▶ write ─▶ one rename ─▶ ledger

Decisions that people took since the last batch enter with the files, or alone.

Killed anywhere, the next call finishes the work: before the rename nothing happened but copies in
the archive; after it the ledger absorbs the batch. The caller holds the home's writer lock.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import polars as pl

from pipelines.ingest import READER_VERSION, lake, scopes
from pipelines.ingest.archive import Kept, keep_all
from pipelines.ingest.books import Bookkeeper
from pipelines.ingest.contracts import Contract, load_contract
from pipelines.ingest.delivery import Delivery
from pipelines.ingest.killpoints import reached
from pipelines.ingest.landing import Found, scan, unchanged
from pipelines.ingest.ledger import Ledger, NewestDecision
from pipelines.ingest.mapping.file_names import Named
from pipelines.ingest.mapping.loading import load_mappings
from pipelines.ingest.mapping.register import Register
from pipelines.ingest.rounds import Progress, Rounds, accepted_twin
from pipelines.ingest.tasks import Setup
from pipelines.ingest.workers import readers_for
from pipelines.settings import SHIPPED_MAPPINGS, Home, Settings

Decided = Callable[[NewestDecision | None], pl.DataFrame]
"""Gives the decisions after the newest one the lake holds, in order, as the contract has them."""


@dataclass(frozen=True)
class FileOutcome:
    """What became of one file, read as one dataset.

    `status`: accepted, duplicate, refused (all recorded in the batch), or waiting (not recorded:
    looked at again next time). `reason` is in words; None for an ordinary accepted file.
    """

    file_name: str
    status: str
    reason: str | None = None
    dataset: str | None = None
    mapping: str | None = None
    file_id: str | None = None
    lines_read: int = 0
    rows_loaded: int = 0
    rows_rejected: int = 0
    rows_skipped: int = 0


@dataclass(frozen=True)
class BatchResult:
    """One call of `take_in`. `batch_id` is None when there was nothing new to record."""

    batch_id: str | None
    path: Path | None = None
    files: list[FileOutcome] = field(default_factory=list)
    # Rows written, by dataset.
    rows: dict[str, int] = field(default_factory=dict)
    unchanged: int = 0
    decisions: int = 0

    def count(self, status: str) -> int:
        return sum(one.status == status for one in self.files)


def take_in(
    home: Home,
    settings: Settings | None = None,
    *,
    now: datetime | None = None,
    progress: Progress | None = None,
    contract: Contract | None = None,
    decided: Decided | None = None,
) -> BatchResult:
    """Takes in everything new below `home.landing`, and what `decided` gives.

    `now` stands for the moment of the commit (UTC when it has no zone); batch ids only grow.
    Raises ContractError, MappingError or SettingsError; bad files are outcomes, never exceptions.
    """
    settings = settings or home.settings()
    contract = contract or load_contract()
    told = progress or (lambda what, done, whole: None)
    register = Register(load_mappings([SHIPPED_MAPPINGS, home.mappings], contract))
    lake.clear_incoming(home)
    lake.refresh_schema(home, contract)
    ledger = Ledger.open(home.ledger_file, home.batches)
    try:
        decisions = decided(ledger.newest_decision) if decided else pl.DataFrame()
        return _TakeIn(home, settings, contract, register, ledger, told, decisions).run(now)
    finally:
        ledger.close()


def new_files(home: Home, settings: Settings | None = None) -> list[Found]:
    """What `take_in` would look at now: new or changed since the ledger saw it, and not growing.

    Takes nothing in. Raises ContractError, MappingError or SettingsError.
    """
    settings = settings or home.settings()
    contract = load_contract()
    register = Register(load_mappings([SHIPPED_MAPPINGS, home.mappings], contract))
    ledger = Ledger.open(home.ledger_file, home.batches)
    try:
        known = ledger.known()
    finally:
        ledger.close()
    return scan(home.landing, settings, register, known, considered(register, contract)).found


class _TakeIn:
    def __init__(
        self,
        home: Home,
        settings: Settings,
        contract: Contract,
        register: Register,
        ledger: Ledger,
        progress: Progress,
        decisions: pl.DataFrame,
    ) -> None:
        self._home = home
        self._settings = settings
        self._contract = contract
        self._register = register
        self._ledger = ledger
        self._progress = progress
        self._decisions = decisions
        self._considered = considered(register, contract)
        self._waiting: dict[str, str] = {}
        self._seen: list[tuple[Found, str]] = []

    def run(self, now: datetime | None) -> BatchResult:
        self._progress("looking", 0, 0)
        seen = scan(
            self._home.landing,
            self._settings,
            self._register,
            self._ledger.known(),
            self._considered,
        )
        self._waiting = seen.waiting
        reached("after_scan")
        deliveries = self._deliveries(seen.found)
        if not deliveries and self._decisions.is_empty():
            self._remember()
            return BatchResult(None, files=self._waiting_outcomes(), unchanged=seen.unchanged)
        _put_in_order(deliveries)
        batch_id, moment = lake.next_batch_id(self._ledger.newest, now)
        folder = lake.BatchFolder(self._home, batch_id, self._contract)
        self._read(deliveries, folder)
        # Again: some say only inside when they were exported.
        _put_in_order(deliveries)
        reached("after_read")
        for one in deliveries:
            if one.status == "waiting":
                self._waiting[one.found.name] = one.reason or ""
        done = [one for one in deliveries if one.status != "waiting"]
        if not done and self._decisions.is_empty():
            folder.abandon()
            self._remember()
            return BatchResult(None, files=self._waiting_outcomes(), unchanged=seen.unchanged)
        self._progress("writing", 0, 1)
        rows = folder.finish_tables()
        books = Bookkeeper(folder, self._contract, moment, self._considered, {*self._waiting})
        manifest = books.write(done, rows, self._decisions)
        os.sync()
        path = folder.commit()
        self._ledger.absorb(manifest)
        self._remember()
        reached("after_ledger")
        self._progress("writing", 1, 1)
        return BatchResult(
            batch_id,
            path,
            [*map(_outcome, done), *self._waiting_outcomes()],
            rows,
            seen.unchanged,
            self._decisions.height,
        )

    # ── which deliveries there are ───────────────────────────────────────────────────────────

    def _deliveries(self, found: list[Found]) -> list[Delivery]:
        """Archives what was found; a delivery for each dataset that has not had it yet."""
        result: list[Delivery] = []
        archived = keep_all(((one.path, one.card_places) for one in found), self._home.archive)
        for number, (one, kept) in enumerate(zip(found, archived, strict=True)):
            if number % 100 == 0:
                self._progress("archiving", number, len(found))
            if isinstance(kept, OSError):
                words = (kept.strerror or str(kept)).lower()
                self._waiting[one.name] = f"cannot be read: {words}"
                continue
            if not unchanged(one):
                self._waiting[one.name] = "is still being written"
                continue
            new = self._new_of(one, kept)
            if not new:
                self._seen.append((one, kept.file_id))
            result.extend(new)
        self._progress("archiving", len(found), len(found))
        return result

    def _new_of(self, one: Found, kept: Kept) -> list[Delivery]:
        same_place = self._ledger.file_at(one.name) == kept.file_id
        earlier = self._ledger.earlier(kept.file_id)
        if not one.claims:
            if same_place and any(e.read_as == self._considered for e in earlier):
                return []
            delivery = Delivery(one, kept, None, None, Named(), read_as=self._considered)
            delivery.refuse(one.refusal or "")
            return [delivery]
        result = []
        for claim in one.claims:
            dataset = self._contract.datasets[claim.mapping.dataset]
            read_as = _digest(
                claim.mapping.version, dataset.fingerprint, str(READER_VERSION), one.stamp.control
            )
            delivery = Delivery(
                one,
                kept,
                dataset,
                claim.mapping,
                claim.named,
                read_as,
                exported_at=claim.named.exported_at,
            )
            mine = [e for e in earlier if e.dataset == dataset.name]
            if kept.refusal:
                if same_place and any(e.read_as == read_as for e in mine):
                    continue
                delivery.refuse(kept.refusal)
            elif (twin := accepted_twin(delivery, mine)) is not None:
                if same_place:
                    continue
                delivery.status = "duplicate"
                delivery.reason = f"the same bytes as {twin.file_name}: ignored"
            elif same_place and any(
                e.status == "refused" and e.read_as == read_as and e.file_name == one.name
                for e in mine
            ):
                continue
            result.append(delivery)
        return result

    # ── reading ──────────────────────────────────────────────────────────────────────────────

    def _read(self, deliveries: list[Delivery], folder: lake.BatchFolder) -> None:
        todo = [one for one in deliveries if not one.status]
        setup = Setup(self._contract, self._register.mappings, self._settings, folder.batch_id)
        with readers_for(todo, setup, folder.spools) as readers:
            zones = dict(lake.current_stores(self._home))
            rounds = Rounds(readers, folder, self._ledger, zones, self._progress)
            try:
                rounds.read(todo)
            except BaseException:
                folder.abandon()
                raise

    # ── recording ────────────────────────────────────────────────────────────────────────────

    def _remember(self) -> None:
        """Files that brought nothing new are not looked at again until they change."""
        self._ledger.saw(
            (one.name, one.stamp, file_id, self._considered) for one, file_id in self._seen
        )

    def _waiting_outcomes(self) -> list[FileOutcome]:
        return [
            FileOutcome(name, "waiting", reason) for name, reason in sorted(self._waiting.items())
        ]


def _put_in_order(deliveries: list[Delivery]) -> None:
    deliveries.sort(
        key=lambda one: scopes.precedence(
            one.dataset, one.named, one.exported_at, one.found.stamp.mtime_ns, one.found.name
        )
    )
    for number, delivery in enumerate(deliveries, 1):
        delivery.sequence_no = number


def considered(register: Register, contract: Contract) -> str:
    """Changes when files could be read differently than before."""
    return _digest(register.version, contract.fingerprint, str(READER_VERSION))


def _outcome(one: Delivery) -> FileOutcome:
    return FileOutcome(
        one.found.name,
        one.status,
        one.reason,
        one.dataset.name if one.dataset else None,
        one.mapping.name if one.mapping else None,
        one.kept.file_id,
        one.lines_read,
        one.loaded if one.status == "accepted" else 0,
        one.rejected,
        one.rows_skipped,
    )


def _digest(*parts: str) -> str:
    return hashlib.sha256("|".join(parts).encode()).hexdigest()[:16]
