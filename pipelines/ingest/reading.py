"""From archived files to typed rows and a verdict on each file.

    small files of one mapping ──joined──▶ text ──▶ typed together ──▶ verdicts ──▶ lake
    a big file ──blocks──▶ text ──▶ typed ──▶ spool ──▶ verdict ──▶ lake, or thrown away

Every line is counted on the way: `lines_read = rows_loaded + rows_rejected + rows_skipped`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.ingest import readers, scopes
from pipelines.ingest.archive import Kept
from pipelines.ingest.contracts import Contract, Dataset
from pipelines.ingest.lake import BatchFolder, TableWriter, row_groups
from pipelines.ingest.landing import Found
from pipelines.ingest.mappings import LINE, Mapping, Named
from pipelines.ingest.readers import BadLine, Chunk, Refused, delimited
from pipelines.ingest.readers.streams import GZIP_MAGIC
from pipelines.ingest.translate import translate
from pipelines.ingest.values import (
    FAULTS,
    FILE,
    Zones,
    no_faults,
    repeated_key_faults,
    repeats,
    tidy,
    type_rows,
)
from pipelines.settings import Settings

SMALL_BYTES = 1 << 20
_STEP_ROWS = 50_000
_TOGETHER_BYTES = 8 << 20
_TOGETHER_FILES = 4_000
_JOINED_BYTES = 1 << 20
REPEATED_LINE = "duplicate line"
# With more than this the file has no few bad lines: it is another kind of file.
MAX_SET_ASIDE = 200_000
KEPT_OF_REFUSED = 1_000


@dataclass
class Control:
    """Control totals that came beside a file."""

    rows: int | None
    sums: dict[str, Decimal]

    @classmethod
    def read(cls, path: Path, dataset: Dataset) -> Control:
        """Raises Refused when they cannot be used."""
        try:
            told = json.loads(path.read_text("utf-8"))
            rows = told.get("rows")
            sums = {name: Decimal(str(total)) for name, total in told.get("sums", {}).items()}
            if rows is not None and (not isinstance(rows, int) or isinstance(rows, bool)):
                raise ValueError("rows is no whole number")
            if strange := set(told) - {"rows", "sums"}:
                raise ValueError(f"{', '.join(sorted(strange))} is not known; rows and sums are")
        except (OSError, ValueError, AttributeError, InvalidOperation, RecursionError) as fault:
            raise Refused(f"its control totals ({path.name}) cannot be read: {fault}") from fault
        for name in sums:
            column = dataset.columns.get(name)
            if column is None or column.data_type in ("varchar", "date", "timestamp", "boolean"):
                raise Refused(
                    f"its control totals ({path.name}) sum {name}, which is no number of "
                    f"{dataset.name}"
                )
        return cls(rows, sums)


@dataclass(eq=False)
class Delivery:
    """One file read as one dataset, and what became of it."""

    found: Found
    kept: Kept
    dataset: Dataset | None
    mapping: Mapping | None
    named: Named
    read_as: str = ""
    sequence_no: int = 0
    status: str = ""
    reason: str | None = None
    exported_at: datetime | None = None
    lines_read: int = 0
    rejected: int = 0
    skipped: dict[str, int] = field(default_factory=dict)
    scopes: list[dict[str, Any]] = field(default_factory=list)
    faults: pl.DataFrame = field(default_factory=no_faults)
    control_check: str = "absent"
    control: Control | None = None
    sums: dict[str, Decimal] = field(default_factory=dict)
    # Time zone of each store, when this is a stores list.
    zones: dict[str, str] = field(default_factory=dict)

    @property
    def rows_skipped(self) -> int:
        return sum(self.skipped.values())

    @property
    def loaded(self) -> int:
        return self.lines_read - self.rejected - self.rows_skipped

    @property
    def named_as(self) -> str:
        """What the name says of the content: tells deliveries of equal bytes apart."""
        told = {key: text for key, text in self.named.groups.items() if key != "suffix"}
        return json.dumps(told, sort_keys=True)

    def refuse(self, reason: str) -> None:
        self.status, self.reason = "refused", reason
        self.scopes = []

    def skip(self, reason: str, lines: int) -> None:
        self.skipped[reason] = self.skipped.get(reason, 0) + lines


@dataclass
class _Staged:
    rows: pl.DataFrame
    faults: pl.DataFrame


class Reader:
    """Reads deliveries into a batch folder; one for a batch."""

    def __init__(
        self,
        contract: Contract,
        settings: Settings,
        zones: dict[str, str],
        folder: BatchFolder,
        whole_day: Callable[[Delivery, str], str | None],
        progress: Callable[[Delivery], None] = lambda delivery: None,
    ) -> None:
        self._contract = contract
        self._settings = settings
        self.zones = zones
        self._folder = folder
        self._whole_day = whole_day
        self._progress = progress
        self._headers: dict[tuple[str, bytes], list[str] | Refused] = {}

    def read(self, deliveries: Iterable[Delivery]) -> None:
        """Reads each delivery and settles its status: accepted, refused or waiting."""
        groups: dict[str, list[Delivery]] = {}
        for delivery in deliveries:
            assert delivery.mapping is not None
            groups.setdefault(delivery.mapping.name, []).append(delivery)
        for group in groups.values():
            for bunch in _bunches(group):
                if len(bunch) == 1 and not _is_small(bunch[0]):
                    self._read_big(bunch[0])
                else:
                    self._read_small(bunch)
                for delivery in bunch:
                    self._progress(delivery)

    # ── small files, together ────────────────────────────────────────────────────────────────

    def _read_small(self, bunch: list[Delivery]) -> None:
        mapping, dataset = _of(bunch[0])
        frames: list[tuple[pl.DataFrame, bool]] = []
        faults: list[pl.DataFrame] = []
        joined: dict[bytes, list[tuple[int, bytes]]] = {}
        for index, delivery in enumerate(bunch):
            try:
                self._control(delivery, dataset)
                if (split := self._quick(delivery, mapping, dataset)) is not None:
                    if split[1]:
                        joined.setdefault(split[0], []).append((index, split[1]))
                    continue
                self._take_chunks(index, delivery, mapping, dataset, frames, faults)
            except Refused as fault:
                delivery.refuse(str(fault))
        for header, bodies in joined.items():
            columns = self._headers[mapping.name, header]
            assert isinstance(columns, list)
            for part in _portions(bodies):
                self._take_joined(bunch, part, columns, mapping, dataset, frames, faults)
        good = [(frame, clean) for frame, clean in frames if frame.height]
        if good:
            clean = all(is_clean for _, is_clean in good)
            together = pl.concat([frame for frame, _ in good], how="diagonal")
            staged = self._stage(together, clean, mapping, dataset, bunch)
            faults.append(staged.faults)
            rows = staged.rows
            if (again := repeats(rows, dataset)) is not None:
                for file, lines in again.same.group_by(FILE).len().iter_rows():
                    bunch[file].skip(REPEATED_LINE, lines)
                faults.append(repeated_key_faults(again.different, dataset))
                gone = pl.concat([again.same, again.different]).select(FILE, LINE)
                rows = rows.join(gone, on=[FILE, LINE], how="anti")
        else:
            rows = pl.DataFrame(
                schema={FILE: pl.UInt32, LINE: pl.Int64}
                | {name: column.dtype for name, column in dataset.columns.items()}
            )
        self._judge(bunch, rows, faults, mapping, dataset)

    def _judge(
        self,
        bunch: list[Delivery],
        rows: pl.DataFrame,
        faults: list[pl.DataFrame],
        mapping: Mapping,
        dataset: Dataset,
    ) -> None:
        """Verdicts on small files, and their rows into the lake."""
        together = pl.concat(faults) if faults else no_faults()
        for file, part in _by_file(together):
            bunch[file].faults = part.drop(FILE)
            bunch[file].rejected = part.height
        rows = _with_part(rows, mapping, [one.named for one in bunch])
        counts = dict(_by_file(scopes.count_scopes(rows, dataset)))
        for index, delivery in enumerate(bunch):
            self._verdict(delivery, counts.get(index))
        accepted = [index for index, one in enumerate(bunch) if one.status == "accepted"]
        if len(accepted) < len(bunch):
            rows = rows.filter(pl.col(FILE).is_in(accepted))
        file_ids = [one.kept.file_id for one in bunch]
        self._folder.write(dataset.name, _scoped(rows, dataset), file_ids)

    def _quick(
        self, delivery: Delivery, mapping: Mapping, dataset: Dataset
    ) -> tuple[bytes, bytes] | None:
        """Header and body of a plain file that can be joined with others, else None."""
        if (
            mapping.format_of(delivery.found.name) != "csv"
            or mapping.encoding != "utf-8"
            or mapping.skip_lines
            or mapping.header is not None
        ):
            return None
        data = delivery.kept.path.read_bytes()
        if data.startswith((GZIP_MAGIC, b"\xff\xfe", b"\xfe\xff")):
            return None
        header, found, body = data.partition(b"\n")
        if not found:
            return None
        header = header.removeprefix(b"\xef\xbb\xbf")
        known = self._headers.get((mapping.name, header))
        if known is None:
            try:
                if b"\0" in header or not header.strip():
                    return None
                layout = delimited.Layout.of(mapping, self._settings)
                if len(header) > layout.max_line_bytes:
                    return None
                known = delimited.header(header, layout, mapping)
                check_header(known, mapping, dataset)
            except Refused as fault:
                known = fault
            self._headers[mapping.name, header] = known
        if isinstance(known, Refused):
            raise known
        if body and not body.endswith(b"\n"):
            body += b"\n"
        return header, body

    def _take_joined(
        self,
        bunch: list[Delivery],
        part: list[tuple[int, bytes]],
        columns: list[str],
        mapping: Mapping,
        dataset: Dataset,
        frames: list[tuple[pl.DataFrame, bool]],
        faults: list[pl.DataFrame],
    ) -> None:
        layout = delimited.Layout.of(mapping, self._settings)
        found = delimited.fast(b"".join(body for _, body in part), columns, layout)
        if found is None:
            for index, _ in part:
                try:
                    self._take_chunks(index, bunch[index], mapping, dataset, frames, faults)
                except Refused as fault:
                    bunch[index].refuse(str(fault))
            return
        frame, clean = found
        counts = np.array([body.count(b"\n") for _, body in part])
        starts = np.repeat(np.cumsum(counts) - counts, counts)
        frames.append(
            (
                frame.with_columns(
                    pl.Series(LINE, np.arange(frame.height) - starts + 2, dtype=pl.Int64),
                    pl.Series(
                        FILE, np.repeat([index for index, _ in part], counts), dtype=pl.UInt32
                    ),
                ),
                clean,
            )
        )
        for (index, _), lines in zip(part, counts.tolist(), strict=True):
            bunch[index].lines_read += lines

    def _take_chunks(
        self,
        index: int,
        delivery: Delivery,
        mapping: Mapping,
        dataset: Dataset,
        frames: list[tuple[pl.DataFrame, bool]],
        faults: list[pl.DataFrame],
    ) -> None:
        for chunk in self._chunks(delivery, mapping, dataset):
            _count(chunk, delivery, index, dataset, faults)
            file = pl.lit(index, dtype=pl.UInt32).alias(FILE)
            frames.append((chunk.frame.with_columns(file), chunk.clean))

    # ── a big file, alone ────────────────────────────────────────────────────────────────────

    def _read_big(self, delivery: Delivery) -> None:
        mapping, dataset = _of(delivery)
        spool = self._folder.spool(dataset.name)
        faults: list[pl.DataFrame] = []
        counts: list[pl.DataFrame] = []
        keys: list[np.ndarray] = []
        try:
            self._control(delivery, dataset)
            for chunk in self._big_chunks(delivery, mapping, dataset):
                _count(chunk, delivery, 0, dataset, faults)
                if chunk.frame.height:
                    frame = chunk.frame.with_columns(pl.lit(0, dtype=pl.UInt32).alias(FILE))
                    staged = self._stage(frame, chunk.clean, mapping, dataset, [delivery])
                    faults.append(staged.faults)
                    rows = _with_part(staged.rows, mapping, [delivery.named])
                    counts.append(scopes.count_scopes(rows, dataset))
                    keys.append(rows.select(dataset.key).hash_rows().to_numpy())
                    spool.write(_scoped(rows, dataset), [delivery.kept.file_id])
                if delivery.status == "waiting":
                    break
                if sum(part.height for part in faults) > MAX_SET_ASIDE:
                    raise Refused(
                        f"more than {MAX_SET_ASIDE:,} lines do not fit: this is another kind of "
                        f"file than {mapping.name} expects"
                    )
        except Refused as fault:
            delivery.refuse(str(fault))
        finally:
            spool.close()
        path = spool.path
        if not delivery.status:
            path, dropped, changed = self._without_repeats(path, keys, dataset, delivery)
            if dropped is not None:
                faults.append(changed)
                less = scopes.count_scopes(_with_part(dropped, mapping, [delivery.named]), dataset)
                counts.append(less.with_columns(-pl.col("row_count").cast(pl.Int64)))
        delivery.faults = pl.concat([no_faults(), *faults]).drop(FILE)
        delivery.rejected = delivery.faults.height
        self._verdict(delivery, _merged(counts))
        if delivery.status == "accepted":
            self._folder.adopt(dataset.name, path, delivery.loaded)
        else:
            path.unlink()

    def _big_chunks(
        self, delivery: Delivery, mapping: Mapping, dataset: Dataset
    ) -> Iterator[Chunk]:
        chunks = readers.gathered(self._chunks(delivery, mapping, dataset), _STEP_ROWS)
        return readers.ahead(chunks)

    def _without_repeats(
        self, path: Path, keys: list[np.ndarray], dataset: Dataset, delivery: Delivery
    ) -> tuple[Path, pl.DataFrame | None, pl.DataFrame]:
        """The spool without lines that repeat a key, the lines taken out, and their faults.

        Only hashes of the keys are kept while reading (8 bytes a row); rows are looked at again
        when two are equal, which is hardly ever.
        """
        hashes = np.concatenate(keys) if keys else np.empty(0, dtype=np.uint64)
        keys.clear()
        hashes.sort()
        doubtful = np.unique(hashes[1:][hashes[1:] == hashes[:-1]])
        if not len(doubtful):
            return path, None, no_faults()
        known = pl.Series(doubtful)
        names = list(dataset.columns)
        suspects = [
            group.filter(group.select(dataset.key).hash_rows().is_in(known.implode()))
            for group in map(_frame, row_groups(path))
        ]
        lines = pl.concat(suspects).select(
            pl.lit(0, dtype=pl.UInt32).alias(FILE), pl.col("_line_no").alias(LINE), *names
        )
        again = repeats(lines, dataset)
        if again is None:
            return path, None, no_faults()
        if again.same.height:
            delivery.skip(REPEATED_LINE, again.same.height)
        dropped = pl.concat([again.same, again.different])
        clean: TableWriter = self._folder.spool(dataset.name)
        gone = pa.array(dropped.get_column(LINE).to_list(), pa.int64())
        for table in row_groups(path):
            kept = pc.invert(pc.is_in(table.column("_line_no"), gone))
            clean.write_arrow(table.filter(kept))
        clean.close()
        path.unlink()
        return clean.path, dropped, repeated_key_faults(again.different, dataset)

    # ── what both share ──────────────────────────────────────────────────────────────────────

    def _control(self, delivery: Delivery, dataset: Dataset) -> None:
        if delivery.found.control is not None:
            delivery.control = Control.read(delivery.found.control, dataset)

    def _chunks(self, delivery: Delivery, mapping: Mapping, dataset: Dataset) -> Iterator[Chunk]:
        chunks = readers.read(
            delivery.kept.path,
            delivery.found.name,
            mapping,
            self._settings,
            lambda names: check_header(names, mapping, dataset),
        )
        if mapping.format_of(delivery.found.name) != "xlsx":
            return chunks
        return _without_midnights(chunks, mapping, dataset)

    def _stage(
        self,
        frame: pl.DataFrame,
        clean: bool,
        mapping: Mapping,
        dataset: Dataset,
        deliveries: list[Delivery],
    ) -> _Staged:
        """Text rows of some files into typed rows and faults, everything counted."""
        text = frame if clean else tidy(frame)
        told = [name for name in text.columns if name not in (FILE, LINE)]
        if min(text.get_column(name).null_count() for name in told):
            blank = text.select(pl.all_horizontal(pl.col(told).is_null())).to_series()
            if blank.any():
                for file, lines in text.filter(blank).group_by(FILE).len().iter_rows():
                    deliveries[file].skip(readers.BLANK, lines)
                text = text.filter(~blank)
        translated = translate(text, mapping, dataset, [one.named for one in deliveries])
        for file, reason, lines in translated.skipped:
            deliveries[file].skip(reason, lines)
        for file, moment in translated.exported_at.items():
            before = deliveries[file].exported_at
            deliveries[file].exported_at = max(before, moment) if before else moment
        self._sum_controls(translated.whole, dataset, deliveries)
        zones = Zones(self.zones, self._settings.default_time_zone, mapping.time_zone)
        typed = type_rows(translated.frame, dataset, zones)
        if dataset.name == "stores":
            for file, part in _by_file(typed.rows):
                deliveries[file].zones.update(part.select("store_id", "time_zone").iter_rows())
        for file, store in typed.unplaced.items():
            deliveries[file].status = "waiting"
            deliveries[file].reason = (
                f"waits for the stores list: it has local times, and the time zone of store "
                f"{store} is not known yet. Send a stores file that lists it, or set "
                "default_time_zone in loupe.toml"
            )
        faults = [part for part in (translated.faults, typed.faults) if part.height]
        return _Staged(typed.rows, pl.concat(faults) if faults else no_faults())

    @staticmethod
    def _sum_controls(frame: pl.DataFrame, dataset: Dataset, deliveries: list[Delivery]) -> None:
        for index, delivery in enumerate(deliveries):
            if delivery.control is None:
                continue
            here = frame.filter(pl.col(FILE) == index)
            for name in delivery.control.sums:
                if name not in here.columns:
                    continue
                exact = pl.Decimal(38, 6)
                total = here.select(pl.col(name).cast(exact, strict=False).sum()).item()
                delivery.sums[name] = delivery.sums.get(name, Decimal(0)) + (total or Decimal(0))

    def _verdict(self, delivery: Delivery, counts: pl.DataFrame | None) -> None:
        """Accepts or refuses a file that was read to its end."""
        mapping, dataset = _of(delivery)
        if delivery.status in ("refused", "waiting"):
            return
        self._check_control(delivery)
        share = mapping.reject_tolerance
        if share is None:
            share = dataset.reject_tolerance
        if share is None:
            share = self._settings.reject_tolerance
        allowed = max(1, share * delivery.lines_read)
        if delivery.control_check == "disagreed":
            return
        if delivery.rejected > allowed or (delivery.rejected and not delivery.loaded):
            delivery.refuse(_too_many(delivery, share))
            return
        delivery.scopes = self._scopes(delivery, counts, mapping, dataset)
        for scope in delivery.scopes:
            if scope["scope_part"] is None:
                continue
            day = scopes.scope_text(scope["store_id"], scope["business_date"], None)
            if whole := self._whole_day(delivery, day):
                delivery.refuse(
                    f"is part {scope['scope_part']} of {scope['store_id']} on "
                    f"{scope['business_date']}, which {whole} already delivered whole: a part "
                    "cannot be added to a whole day. Send the whole day again"
                )
                return
        delivery.status = "accepted"

    @staticmethod
    def _check_control(delivery: Delivery) -> None:
        control = delivery.control
        if control is None:
            return
        wrong = []
        if control.rows is not None and control.rows != delivery.lines_read:
            wrong.append(f"rows: {control.rows:,} told, {delivery.lines_read:,} found")
        for name, told in control.sums.items():
            found = delivery.sums.get(name, Decimal(0))
            if found != told:
                wrong.append(f"{name}: {told:,} told, {found.normalize():,f} found")
        delivery.control_check = "disagreed" if wrong else "agreed"
        if wrong:
            delivery.refuse(
                f"its control totals disagree ({'; '.join(wrong)}): the file is not what was "
                "exported. Have both sent again"
            )

    @staticmethod
    def _scopes(
        delivery: Delivery, counts: pl.DataFrame | None, mapping: Mapping, dataset: Dataset
    ) -> list[dict[str, Any]]:
        found: dict[str | None, dict[str, Any]] = {}
        if counts is not None:
            for row in counts.iter_rows(named=True):
                row.pop(FILE, None)
                found[row["scope"]] = {**row, "rejected_count": 0}
        if (named := scopes.named_scope(dataset, mapping, delivery.named)) is not None:
            found.setdefault(named["scope"], {**named, "row_count": 0, "rejected_count": 0})
        if delivery.rejected and found:
            only = next(iter(found)) if len(found) == 1 else None
            for store, day in delivery.faults.select("store_id", "business_date").iter_rows():
                scope = only
                if len(found) > 1 and store and day:
                    scope = scopes.scope_text(store, day, None)
                if scope in found:
                    found[scope]["rejected_count"] += 1
        return list(found.values())


# ── helpers ──────────────────────────────────────────────────────────────────────────────────


def check_header(names: list[str], mapping: Mapping, dataset: Dataset) -> None:
    """Refuses a header that is not what the mapping promises, naming each column."""
    wrong = []
    if twice := sorted({name for name in names if name and names.count(name) > 1}):
        wrong.append(f"column {', '.join(twice)} stands there twice")
    unknown = [name for name in names if name not in mapping.known_headers]
    missing = [name for name in sorted(mapping.required_headers) if name not in names]
    if mapping.is_native:
        missing.sort(key=list(dataset.columns).index)
    renamed: dict[str, str] = {}
    for name in unknown:
        near = get_close_matches(name.lower(), [one.lower() for one in missing], 1, 0.75)
        for one in missing:
            if near and one.lower() == near[0] and one not in renamed.values():
                renamed[name] = one
    for name, one in renamed.items():
        wrong.append(f"column {name or '(no name)'} should be called {one}")
    if lost := [name for name in missing if name not in renamed.values()]:
        wrong.append(f"column {', '.join(lost)} is missing")
    rest = [name or "(no name)" for name in unknown if name not in renamed]
    if rest and not mapping.ignore_unknown:
        wrong.append(f"column {', '.join(_few(rest))} is not known to {mapping.name}")
    if wrong:
        raise Refused(f"its header is wrong: {'; '.join(wrong)}")
    if "" in names or len(set(names)) != len(names):
        raise Refused("its header is wrong: a column has no name")


def _without_midnights(
    chunks: Iterator[Chunk], mapping: Mapping, dataset: Dataset
) -> Iterator[Chunk]:
    """A workbook keeps a date as a moment at midnight; where we want a date it is one again."""
    dates = {
        rule.source
        for name, rule in mapping.rules.items()
        if rule.source and not rule.dates and dataset.columns[name].data_type == "date"
    }
    for chunk in chunks:
        here = [name for name in chunk.frame.columns if name in dates]
        chunk.frame = chunk.frame.with_columns(
            pl.col(name).str.strip_suffix(" 00:00:00") for name in here
        )
        yield chunk


def _count(
    chunk: Chunk, delivery: Delivery, index: int, dataset: Dataset, faults: list[pl.DataFrame]
) -> None:
    """Puts the lines of a chunk on the delivery's account."""
    delivery.lines_read += chunk.lines
    for reason, lines in chunk.skipped.items():
        delivery.skip(reason, lines)
    if chunk.bad:
        faults.append(_bad_faults(chunk.bad, index, dataset))


def _few(names: list[str]) -> list[str]:
    shown = [name[:60] for name in names[:8]]
    return [*shown, f"and {len(names) - 8} more"] if len(names) > 8 else shown


def _too_many(delivery: Delivery, share: float) -> str:
    first = delivery.faults.row(0, named=True)
    where = f"{first['column_name']}: " if first["column_name"] else ""
    value = f" instead of {first['value']!r}" if first["value"] is not None else ""
    example = (
        f"the first is line {first['line_no' if 'line_no' in first else LINE]}, {where}"
        f"expected {first['expected']}{value}"
    )
    if not delivery.loaded:
        return f"none of its {delivery.lines_read:,} lines fits; {example}"
    return (
        f"{delivery.rejected:,} of {delivery.lines_read:,} lines do not fit, more than "
        f"{share:.0%}; {example}"
    )


def _of(delivery: Delivery) -> tuple[Mapping, Dataset]:
    assert delivery.mapping is not None and delivery.dataset is not None
    return delivery.mapping, delivery.dataset


def _is_small(delivery: Delivery) -> bool:
    if delivery.found.stamp.size > SMALL_BYTES or delivery.mapping is None:
        return False
    name = delivery.found.name
    return delivery.mapping.format_of(name) == "csv" and not name.lower().endswith(".gz")


def _bunches(group: list[Delivery]) -> Iterator[list[Delivery]]:
    """Small files together, up to some megabytes; big ones alone."""
    bunch: list[Delivery] = []
    size = 0
    for delivery in group:
        if not _is_small(delivery):
            yield [delivery]
            continue
        bunch.append(delivery)
        size += delivery.found.stamp.size
        if size >= _TOGETHER_BYTES or len(bunch) >= _TOGETHER_FILES:
            yield bunch
            bunch, size = [], 0
    if bunch:
        yield bunch


def _portions(bodies: list[tuple[int, bytes]]) -> Iterator[list[tuple[int, bytes]]]:
    part: list[tuple[int, bytes]] = []
    size = 0
    for index, body in bodies:
        part.append((index, body))
        size += len(body)
        if size >= _JOINED_BYTES:
            yield part
            part, size = [], 0
    if part:
        yield part


def _with_part(rows: pl.DataFrame, mapping: Mapping, named: list[Named]) -> pl.DataFrame:
    part = mapping.scope_part
    if part is None:
        return rows.with_columns(pl.lit(None, dtype=pl.String).alias(scopes.PART))
    if part.column is not None:
        return rows.with_columns(pl.col(part.column).cast(pl.String).alias(scopes.PART))
    texts = pl.Series([one.groups.get(part.file or "") for one in named], dtype=pl.String)
    return rows.with_columns(pl.lit(texts).gather(pl.col(FILE)).alias(scopes.PART))


def _by_file(frame: pl.DataFrame) -> Iterator[tuple[int, pl.DataFrame]]:
    if frame.height:
        for (file,), part in frame.partition_by(FILE, as_dict=True).items():
            yield int(file), part


def _merged(counts: list[pl.DataFrame]) -> pl.DataFrame | None:
    if not counts:
        return None
    together = pl.concat([part.cast({"row_count": pl.Int64}) for part in counts])
    by = [name for name in together.columns if name != "row_count"]
    return together.group_by(by).agg(pl.col("row_count").sum())


def _frame(table: pa.Table) -> pl.DataFrame:
    frame = pl.from_arrow(table)
    assert isinstance(frame, pl.DataFrame)
    return frame


def _scoped(rows: pl.DataFrame, dataset: Dataset) -> pl.DataFrame:
    return rows.with_columns(scopes.scope_expression(dataset).alias("_scope")).drop(scopes.PART)


def _bad_faults(bad: list[BadLine], index: int, dataset: Dataset) -> pl.DataFrame:
    return pl.DataFrame(
        {
            FILE: [index] * len(bad),
            LINE: [one.line_no for one in bad],
            "column_name": [None] * len(bad),
            "rule": [one.rule for one in bad],
            "value": [one.value for one in bad],
            "expected": [one.expected for one in bad],
            "raw_line": [None if dataset.has_personal else one.raw for one in bad],
            "store_id": [None] * len(bad),
            "business_date": [None] * len(bad),
        },
        schema=FAULTS,
    )
