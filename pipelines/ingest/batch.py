"""Taking in: what is new in the landing folder becomes one batch of the lake.

    scan ─▶ archive under the hash ─▶ read, type, judge ─▶ write ─▶ one rename ─▶ ledger

Killed anywhere, the next call finishes the work: before the rename nothing happened but copies in
the archive; after it the ledger absorbs the batch. The caller holds the home's writer lock.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.ingest import READER_VERSION, lake, scopes
from pipelines.ingest.archive import keep
from pipelines.ingest.contracts import Contract, load_contract
from pipelines.ingest.killpoints import reached
from pipelines.ingest.landing import Found, scan, unchanged
from pipelines.ingest.ledger import Earlier, Ledger
from pipelines.ingest.mappings import Named, Register, load_mappings
from pipelines.ingest.reading import KEPT_OF_REFUSED, Delivery, Reader
from pipelines.settings import SHIPPED_MAPPINGS, Home, Settings

# (what is being done, how much of it is done, how much there is)
Progress = Callable[[str, int, int], None]


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

    def count(self, status: str) -> int:
        return sum(one.status == status for one in self.files)


def take_in(
    home: Home,
    settings: Settings | None = None,
    *,
    now: datetime | None = None,
    progress: Progress | None = None,
    contract: Contract | None = None,
) -> BatchResult:
    """Takes in everything new below `home.landing`.

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
        return _TakeIn(home, settings, contract, register, ledger, told).run(now)
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
    ) -> None:
        self._home = home
        self._settings = settings
        self._contract = contract
        self._register = register
        self._ledger = ledger
        self._progress = progress
        self._considered = considered(register, contract)
        self._waiting: dict[str, str] = {}
        self._seen: list[tuple[Found, str]] = []
        self._days: dict[tuple[str, str], list[tuple[int, str]]] = {}

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
        if not deliveries:
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
        if not done:
            folder.abandon()
            self._remember()
            return BatchResult(None, files=self._waiting_outcomes(), unchanged=seen.unchanged)
        self._progress("writing", 0, 1)
        rows = folder.finish_tables()
        manifest = self._write_books(folder, done, moment, rows)
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
        )

    # ── which deliveries there are ───────────────────────────────────────────────────────────

    def _deliveries(self, found: list[Found]) -> list[Delivery]:
        """Archives what was found; a delivery for each dataset that has not had it yet."""
        result: list[Delivery] = []
        for number, one in enumerate(found):
            if number % 100 == 0:
                self._progress("archiving", number, len(found))
            try:
                kept = keep(one.path, self._home.archive)
            except OSError as fault:
                words = (fault.strerror or str(fault)).lower()
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

    def _new_of(self, one: Found, kept: Any) -> list[Delivery]:
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
            if (twin := _accepted_twin(delivery, mine)) is not None:
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
        done = 0

        def tell(delivery: Delivery) -> None:
            nonlocal done
            done += 1
            self._note_days(delivery)
            if done % 100 == 0 or done == len(todo):
                self._progress("reading", done, len(todo))

        reader = Reader(
            self._contract,
            self._settings,
            dict(lake.current_stores(self._home)),
            folder,
            self._whole_day_before,
            tell,
        )
        stores = [one for one in todo if one.dataset and one.dataset.name == "stores"]
        parts = [one for one in todo if one.mapping and one.mapping.scope_part]
        apart = {*stores, *parts}
        others = [one for one in todo if one not in apart]
        self._read_once_each(stores, reader)
        reader.zones.update(_zones_of(stores))
        self._read_once_each(others, reader)
        self._read_once_each(parts, reader)

    def _read_once_each(self, deliveries: list[Delivery], reader: Reader) -> None:
        """Reads the first of those with equal bytes; the others are duplicates of it."""
        rest = deliveries
        while rest:
            first: dict[tuple[str, ...], Delivery] = {}
            later: list[Delivery] = []
            for one in rest:
                assert one.mapping is not None and one.dataset is not None
                own_name = one.mapping.name_counts or one.kept.is_one_line
                same = (one.kept.file_id, one.dataset.name, one.named_as if own_name else "")
                if first.setdefault(same, one) is not one:
                    later.append(one)
            reader.read(first.values())
            rest = []
            for one in later:
                twins = [
                    _as_earlier(other)
                    for other in first.values()
                    if other.kept.file_id == one.kept.file_id and other.dataset is one.dataset
                ]
                if (twin := _accepted_twin(one, twins)) is not None:
                    one.status = "duplicate"
                    one.reason = f"the same bytes as {twin.file_name}: ignored"
                else:
                    rest.append(one)

    def _whole_day_before(self, part: Delivery, scope: str) -> str | None:
        """The file that delivered the store-day whole before this part of it."""
        assert part.dataset is not None
        for sequence_no, name in self._days.get((part.dataset.name, scope), []):
            if sequence_no < part.sequence_no:
                return name
        return self._ledger.whole_day(part.dataset.name, scope)

    def _note_days(self, delivery: Delivery) -> None:
        if delivery.status != "accepted" or delivery.dataset is None:
            return
        if delivery.dataset.scope != "store_day":
            return
        for one in delivery.scopes:
            if one["scope_part"] is None:
                self._days.setdefault((delivery.dataset.name, one["scope"]), []).append(
                    (delivery.sequence_no, delivery.found.name)
                )

    # ── recording ────────────────────────────────────────────────────────────────────────────

    def _write_books(
        self,
        folder: lake.BatchFolder,
        deliveries: list[Delivery],
        moment: datetime,
        rows: dict[str, int],
    ) -> dict[str, Any]:
        stamp = {"known_from": moment, "_batch_id": folder.batch_id}
        files: list[dict[str, Any]] = []
        delivered: list[dict[str, Any]] = []
        skipped: list[dict[str, Any]] = []
        rejected: list[pl.DataFrame] = []
        manifest: list[dict[str, Any]] = []
        for one in deliveries:
            dataset = one.dataset.name if one.dataset else None
            told = f"{folder.batch_id}|{one.found.name}|{dataset or ''}"
            delivery_id = hashlib.sha256(told.encode()).hexdigest()[:16]
            whose = {"delivery_id": delivery_id, "file_id": one.kept.file_id}
            exported_at = _naive(one.exported_at)
            row = {
                **whose,
                "file_name": one.found.name,
                "source_system": one.mapping.system if one.mapping else None,
                "mapping": one.mapping.name if one.mapping else None,
                "mapping_version": one.mapping.version if one.mapping else None,
                "dataset": dataset,
                "received_at": one.found.received_at,
                "exported_at": exported_at,
                "sequence_no": one.sequence_no,
                "lines_read": one.lines_read,
                "rows_loaded": one.loaded if one.status == "accepted" else 0,
                "rows_rejected": one.rejected,
                "rows_skipped": one.rows_skipped,
                "status": one.status,
                "status_reason": one.reason,
                "control_total_check": one.control_check,
                "file_bytes": one.found.stamp.size,
            }
            files.append({**row, **stamp})
            scope_rows = [
                {
                    "dataset": dataset,
                    **scope,
                    **whose,
                    "sequence_no": one.sequence_no,
                    "exported_at": exported_at,
                    "received_at": one.found.received_at,
                }
                for scope in one.scopes
            ]
            delivered.extend({**scope, **stamp} for scope in scope_rows)
            skipped.extend(
                {**whose, "dataset": dataset, "reason": reason, "row_count": lines, **stamp}
                for reason, lines in one.skipped.items()
            )
            if one.faults.height:
                kept = one.faults
                if one.status == "refused":
                    kept = kept.sort("_line_no").head(KEPT_OF_REFUSED)
                rejected.append(
                    kept.rename({"_line_no": "line_no"}).with_columns(
                        pl.lit(text).alias(name)
                        for name, text in {**whose, "dataset": dataset}.items()
                    )
                )
            manifest.append(
                {
                    **row,
                    "mtime_ns": one.found.stamp.mtime_ns,
                    "inode": one.found.stamp.inode,
                    "control": one.found.stamp.control,
                    # Not settled while it waits for another dataset's sake.
                    "considered": "" if one.found.name in self._waiting else self._considered,
                    "read_as": one.read_as,
                    "named": one.named_as,
                    "skipped": one.skipped,
                    "scopes": one.scopes,
                }
            )
        folder.write_book("files", files)
        folder.write_book("file_scopes", delivered)
        folder.write_book("skipped_rows", skipped)
        schema = self._contract.system["rejected_rows"].schema_in_lake
        faults = pl.concat(rejected) if rejected else pl.DataFrame(schema=schema)
        folder.write_book(
            "rejected_rows",
            faults.with_columns(
                pl.lit(moment, dtype=pl.Datetime("us")).alias("known_from"),
                pl.lit(folder.batch_id).alias("_batch_id"),
            ),
        )
        told_all = {
            "batch_id": folder.batch_id,
            "committed_at": moment,
            "datasets": rows,
            "files": manifest,
        }
        text = json.dumps(told_all, default=_json, ensure_ascii=False)
        with (folder.path / "manifest.json").open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        return json.loads(text)

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


def _accepted_twin(delivery: Delivery, earlier: Iterable[Earlier]) -> Earlier | None:
    """An accepted delivery of the same bytes that says the same.

    The name of a header-only file is all it says, and a mapping may read values from the name:
    there, equal bytes under another name are another delivery.
    """
    assert delivery.mapping is not None
    for one in earlier:
        if one.status != "accepted":
            continue
        name_matters = delivery.mapping.name_counts or one.lines_read == 0
        if not name_matters or one.named == delivery.named_as:
            return one
    return None


def _as_earlier(one: Delivery) -> Earlier:
    assert one.dataset is not None
    return Earlier(
        one.dataset.name,
        one.status,
        one.named_as,
        one.lines_read,
        one.read_as,
        one.reason,
        one.found.name,
    )


def _zones_of(stores: list[Delivery]) -> dict[str, str]:
    """Time zones of the stores lists accepted in this batch, the later list winning."""
    zones: dict[str, str] = {}
    for one in sorted(stores, key=lambda one: one.sequence_no):
        if one.status == "accepted":
            zones.update(one.zones)
    return zones


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


def _naive(moment: datetime | None) -> datetime | None:
    return moment.astimezone(UTC).replace(tzinfo=None) if moment is not None else None


def _json(told: Any) -> Any:
    if isinstance(told, datetime):
        return told.isoformat(timespec="microseconds") + "Z"
    if isinstance(told, date):
        return told.isoformat()
    raise TypeError(type(told))


def _digest(*parts: str) -> str:
    return hashlib.sha256("|".join(parts).encode()).hexdigest()[:16]
