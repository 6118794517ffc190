"""Small files of one mapping, read together: each step of typing has a price of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from pipelines.ingest import scopes
from pipelines.ingest.contracts import Dataset
from pipelines.ingest.delivery import Delivery
from pipelines.ingest.mapping.model import Mapping
from pipelines.ingest.mapping.own_headers import LINE
from pipelines.ingest.readers import Refused, delimited
from pipelines.ingest.readers.streams import GZIP_MAGIC
from pipelines.ingest.reading import controls, verdict
from pipelines.ingest.reading.bunches import Bunch
from pipelines.ingest.reading.header import check_header
from pipelines.ingest.reading.repeats import REPEATED_LINE
from pipelines.ingest.reading.rows import Rows, by_file, scoped, with_part
from pipelines.ingest.reading.staging import count, stage
from pipelines.ingest.reading.text import Text
from pipelines.ingest.values import FILE, Zones, no_faults, repeated_key_faults, repeats
from pipelines.settings import Settings

_JOINED_BYTES = 1 << 20


@dataclass
class _Taken:
    """What was read of a bunch: frames of text, with whether they are clean, and faults."""

    bunch: Bunch
    frames: list[tuple[pl.DataFrame, bool]] = field(default_factory=list)
    faults: list[pl.DataFrame] = field(default_factory=list)


class SmallFiles:
    """Reads bunches of small files."""

    def __init__(self, settings: Settings, text: Text) -> None:
        self._settings = settings
        self._text = text
        # What was found of each header seen: its columns, or why it is refused.
        self._headers: dict[tuple[str, bytes], list[str] | Refused] = {}

    def read(self, bunch: Bunch, zones: Zones) -> Rows:
        """Settles the status of each file; the rows are those of the accepted ones."""
        mapping, dataset = bunch[0].read_with
        taken = _Taken(bunch)
        joined: dict[bytes, list[tuple[int, bytes]]] = {}
        for index, delivery in enumerate(bunch):
            try:
                controls.look_up(delivery)
                if (split := self._quick(delivery, mapping, dataset)) is not None:
                    if split[1]:
                        joined.setdefault(split[0], []).append((index, split[1]))
                    continue
                self._take_chunks(index, taken)
            except Refused as fault:
                delivery.refuse(str(fault))
        for header, bodies in joined.items():
            columns = self._headers[mapping.name, header]
            assert isinstance(columns, list)
            for part in _portions(bodies):
                self._take_joined(part, columns, taken)
        good = [(frame, clean) for frame, clean in taken.frames if frame.height]
        if good:
            clean = all(is_clean for _, is_clean in good)
            together = pl.concat([frame for frame, _ in good], how="diagonal")
            staged = stage(together, clean, bunch, zones)
            taken.faults.append(staged.faults)
            rows = staged.rows
            if (again := repeats(rows, dataset)) is not None:
                for file, lines in again.same.group_by(FILE).len().iter_rows():
                    bunch[file].skip(REPEATED_LINE, lines)
                taken.faults.append(repeated_key_faults(again.different, dataset))
                rows = rows.filter(pl.struct(FILE, *dataset.key).is_first_distinct())
        else:
            rows = pl.DataFrame(
                schema={FILE: pl.UInt32, LINE: pl.Int64}
                | {name: column.dtype for name, column in dataset.columns.items()}
            )
        return self._judge(rows, taken)

    def _judge(self, rows: pl.DataFrame, taken: _Taken) -> Rows:
        """Verdicts on the files, and the rows of those accepted."""
        bunch = taken.bunch
        mapping, dataset = bunch[0].read_with
        together = pl.concat(taken.faults) if taken.faults else no_faults()
        for file, part in by_file(together):
            bunch[file].faults = part.drop(FILE)
            bunch[file].rejected = part.height
        rows = with_part(rows, mapping, [one.named for one in bunch])
        counts = dict(by_file(scopes.count_scopes(rows, dataset)))
        for index, delivery in enumerate(bunch):
            verdict.judge(delivery, counts.get(index), self._settings)
        accepted = [index for index, one in enumerate(bunch) if one.status == "accepted"]
        if len(accepted) < len(bunch):
            rows = rows.filter(pl.col(FILE).is_in(accepted))
        return Rows(frame=scoped(rows, dataset)) if rows.height else Rows()

    def _quick(
        self, delivery: Delivery, mapping: Mapping, dataset: Dataset
    ) -> tuple[bytes, bytes] | None:
        """Header and body of a plain file that can be joined with others, else None."""
        if (
            mapping.format_of(delivery.found.name) != "csv"
            or mapping.encoding != "utf-8"
            or not mapping.is_plain
            or mapping.unpivot is not None
            or mapping.skip_lines
            or mapping.header is not None
            or mapping.carry is not None
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
        self, part: list[tuple[int, bytes]], columns: list[str], taken: _Taken
    ) -> None:
        bunch = taken.bunch
        mapping, _ = bunch[0].read_with
        layout = delimited.Layout.of(mapping, self._settings)
        found = delimited.fast(b"".join(body for _, body in part), columns, layout)
        if found is None:
            for index, _ in part:
                try:
                    self._take_chunks(index, taken)
                except Refused as fault:
                    bunch[index].refuse(str(fault))
            return
        frame, clean = found
        counts = np.array([body.count(b"\n") for _, body in part])
        starts = np.repeat(np.cumsum(counts) - counts, counts)
        taken.frames.append(
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

    def _take_chunks(self, index: int, taken: _Taken) -> None:
        delivery = taken.bunch[index]
        for chunk in self._text.chunks(delivery):
            count(chunk, delivery, index, taken.faults)
            file = pl.lit(index, dtype=pl.UInt32).alias(FILE)
            taken.frames.append((chunk.frame.with_columns(file), chunk.clean))


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
