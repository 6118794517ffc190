"""Chunks out of rows that come one at a time, every part of the file on the account."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from pipelines.ingest.readers import BadLine, Chunk, text_frame

_ROWS = 5_000
_MOST_REASONS = 60
_REASON_CHARACTERS = 90
OTHER = "other parts of no use here"


class Rows:
    """Collects rows, lines set aside and counts of skipped parts; `chunks` gives them away."""

    def __init__(self, columns: Sequence[str]) -> None:
        self.columns = list(columns)
        self._full: list[Chunk] = []
        self._rows: list[list[str | None]] = []
        self._lines: list[int] = []
        self._bad: list[BadLine] = []
        self._skipped: dict[str, int] = {}
        self._reasons: set[str] = set()

    def add(self, values: Mapping[str, str | None], line: int) -> None:
        """A row of the file: values without space around them; what is not named is empty."""
        get = values.get
        self._rows.append([get(name) or None for name in self.columns])
        self._lines.append(line)
        # A single record may hold a hundred thousand rows: packed they take a tenth.
        if len(self._rows) >= _ROWS:
            self._pack()

    def set_aside(
        self,
        line: int,
        rule: str,
        expected: str,
        value: str | None = None,
        *,
        store: str | None = None,
        day: str | None = None,
    ) -> None:
        """A part of the file that should be a row and is none; `store`, `day`: which it lacks."""
        told = BadLine(line, rule, expected, value, store_id=store, business_date=day)
        self._bad.append(told)

    def skip(self, reason: str, parts: int = 1) -> None:
        """Parts of the file that are no rows, and rightly so."""
        reason = reason[:_REASON_CHARACTERS]
        # A reason may name what a file calls its parts: a hostile one has endless names.
        if reason not in self._reasons and len(self._reasons) >= _MOST_REASONS:
            reason = OTHER
        self._reasons.add(reason)
        self._skipped[reason] = self._skipped.get(reason, 0) + parts

    def chunks(self, *, ended: bool = False) -> Iterator[Chunk]:
        """What has been collected, once it is worth a chunk or the file has ended."""
        if ended or len(self._bad) >= _ROWS:
            self._pack()
        full, self._full = self._full, []
        yield from full

    def _pack(self) -> None:
        frame = text_frame(self.columns, self._rows, self._lines)  # type: ignore[arg-type]
        self._full.append(Chunk(frame, self._bad, self._skipped, clean=True))
        self._rows, self._lines, self._bad, self._skipped = [], [], [], {}
