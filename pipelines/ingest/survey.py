"""What must be known of a whole file before its first row is read: how it writes numbers and
dates, and whether its quantities can be true. The file is read twice; nothing of it is kept.

    first time:  every number votes, every contested date is tried, quantities of pieces are noted
    second time: the same rows, with numbers and contested dates as the contract writes them
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal

import polars as pl

from pipelines.ingest.contracts import Dataset
from pipelines.ingest.mapping.day_forms import contested
from pipelines.ingest.mapping.layout import Numbers
from pipelines.ingest.mapping.model import Mapping
from pipelines.ingest.mapping.own_headers import LINE
from pipelines.ingest.mapping.strict import AUTO
from pipelines.ingest.numbers import Votes, plain, shown
from pipelines.ingest.readers import BadLine, Chunk, Refused
from pipelines.ingest.translate import FIRST_YEAR, has_time
from pipelines.ingest.values import MASK

# More different quantities of pieces than this say nothing new.
_NOTED = 100_000
# Beyond this share it is no slip of one line: the whole file is read wrongly.
_FEW = 0.05
_WHOLE_PIECES = "whole pieces"


def surveyed(
    read: Callable[[], Iterator[Chunk]], mapping: Mapping, dataset: Dataset
) -> Iterator[Chunk]:
    """The chunks that `read` gives, settled. Raises Refused where the file can be read two ways."""
    numeric = numeric_headers(mapping, dataset)
    votes, amounts = Votes(), Votes()
    dates = [
        _Dates(header, first, second, hidden=is_personal)
        for header, (forms, is_personal) in date_headers(mapping, dataset).items()
        for first, second in contested(forms)
    ]
    pieces = _Pieces(mapping)
    for chunk in read():
        here = chunk.frame
        for header in (numeric | set(mapping.votes)) & set(here.columns):
            votes.add(here.get_column(header), here.get_column(LINE))
        for header in _unread(here, numeric, mapping):
            amounts.add_amounts(here.get_column(header), here.get_column(LINE))
        if chunk.noughts:
            lines = pl.Series(list(chunk.noughts.values()), dtype=pl.Int64)
            votes.add(pl.Series(list(chunk.noughts)), lines)
        for one in dates:
            one.add(here)
        pieces.add(here)
    votes.lean_on(amounts)
    style = votes.style() if mapping.numbers == AUTO else mapping.number_style
    pieces.check(style)
    findings = {"numbers": shown(style)} if mapping.numbers == AUTO else {}
    findings |= {f"dates of {one.header}": one.form() for one in dates}
    for chunk in read():
        frame = chunk.frame
        if mapping.numbers == AUTO:
            frame = frame.with_columns(
                plain(frame.get_column(header).str.strip_chars(), style).alias(header)
                for header in sorted(numeric & set(frame.columns))
            )
        frame = frame.with_columns(
            one.settled(frame) for one in dates if one.header in frame.columns
        )
        chunk.frame = frame
        pieces.set_aside(chunk, Numbers() if mapping.numbers == AUTO else style)
        chunk.findings |= findings
        findings = {}
        yield chunk


def _unread(frame: pl.DataFrame, numeric: set[str], mapping: Mapping) -> list[str]:
    """Columns that no rule reads as numbers: an amount there still shows how they are written."""
    if mapping.numbers != AUTO:
        return []
    return [name for name in frame.columns if name not in {*numeric, *mapping.votes, LINE}]


def numeric_headers(mapping: Mapping, dataset: Dataset) -> set[str]:
    """The headers of numbers whose style is the file's own."""
    found: set[str] = set()
    for name, rule in mapping.rules.items():
        if rule.numbers is not None:
            continue
        found.update(rule.product or ())
        for headers, _ in rule.summands:
            found.update(headers)
        kind = dataset.columns[name].data_type
        is_number = kind.startswith("decimal") or kind in ("integer", "bigint", "double")
        if is_number and rule.codes is None:
            taken = [rule.source, *(case.take for case in rule.cases or ())]
            found.update(header for header in taken if header and header != LINE)
    for test in mapping.all_conditions:
        if test.below is not None or test.above is not None:
            found.add(test.column)
    if mapping.pieces is not None:
        found.update(mapping.pieces.quantities)
    return found


# ── dates ────────────────────────────────────────────────────────────────────────────────────


def date_headers(mapping: Mapping, dataset: Dataset) -> dict[str, tuple[tuple[str, ...], bool]]:
    """The headers of dates, the forms they may have, and whether they are personal."""
    return {
        rule.source: (rule.dates or mapping.dates, dataset.columns[name].personal)
        for name, rule in mapping.rules.items()
        if rule.source and dataset.columns[name].data_type in ("date", "timestamp")
    }


@dataclass
class _Dates:
    """Two forms between which the dates of one column decide together."""

    header: str
    first: str
    second: str
    # A birthday is personal: no message shows one.
    hidden: bool = False
    only: dict[str, tuple[int, str]] = field(default_factory=dict)
    both: tuple[int, str] | None = None

    def _tried(self, text: pl.Series, form: str) -> pl.Series:
        tried = text.str.strip_chars().str.to_datetime(form, strict=False, time_unit="us")
        # %Y takes "24" for the year 24.
        return tried.set(tried.dt.year() < FIRST_YEAR, None)

    def add(self, frame: pl.DataFrame) -> None:
        if self.header not in frame.columns:
            return
        text = frame.get_column(self.header)
        fits = {form: self._tried(text, form) for form in (self.first, self.second)}
        first, second = (fits[form].is_not_null() for form in (self.first, self.second))
        for form, alone in ((self.first, first & ~second), (self.second, second & ~first)):
            if form not in self.only and alone.any():
                at = alone.arg_true()[0]
                self.only[form] = (frame.get_column(LINE)[at], self._shown(text[at]))
        differ = first & second & (fits[self.first] != fits[self.second])
        if self.both is None and differ.any():
            at = differ.arg_true()[0]
            self.both = (frame.get_column(LINE)[at], self._shown(text[at]))

    def _shown(self, text: str) -> str:
        return MASK if self.hidden else text

    def form(self) -> str:
        """The form of the column. Raises Refused when the file does not tell."""
        if len(self.only) == 2:
            (one, here), (other, there) = sorted(self.only.values())
            raise Refused(
                f"its dates in {self.header} are written in two ways: {here} on line {one}, "
                f"{there} on line {other}. Have it exported with one date format"
            )
        if not self.only and self.both:
            line, text = self.both
            raise Refused(
                f"its dates in {self.header} can be read in two ways: {text} on line {line} is "
                f"{self.first} or {self.second}, and no date of the file tells which. Keep one "
                "of the two under dates: in its mapping"
            )
        return next(iter(self.only), self.first)

    def settled(self, frame: pl.DataFrame) -> pl.Series:
        """The dates that the losing form would take, as ISO text."""
        text = frame.get_column(self.header)
        form = self.form()
        tried = self._tried(text, form)
        if has_time(form):
            # With an offset told, it is in UTC by now.
            zone = "Z" if "%z" in form else ""
            written = tried.dt.strftime(f"%Y-%m-%dT%H:%M:%S%.6f{zone}")
        else:
            written = tried.dt.strftime("%Y-%m-%d")
        return pl.select(pl.coalesce(written, text)).to_series().alias(self.header)


# ── pieces ───────────────────────────────────────────────────────────────────────────────────


class _Pieces:
    """Quantities that count pieces: whole, and not all of them thousands."""

    def __init__(self, mapping: Mapping) -> None:
        self._told = mapping.pieces
        self._noted: dict[str, tuple[int, int]] = {}

    def add(self, frame: pl.DataFrame) -> None:
        """Notes every different quantity: how often it stands there, and where first."""
        if self._told is None or len(self._noted) > _NOTED:
            return
        here = frame.filter(self._counts(frame))
        for header in self._quantities(frame):
            counted = (
                here.select(pl.col(header).str.strip_chars().alias("text"), LINE)
                .filter(pl.col("text").is_not_null() & (pl.col("text") != ""))
                .group_by("text", maintain_order=True)
                .agg(pl.len(), pl.col(LINE).first().alias("line"))
            )
            for text, cells, line in counted.iter_rows():
                before = self._noted.get(text, (0, line))
                self._noted[text] = (before[0] + cells, before[1])

    def check(self, style: Numbers) -> None:
        """Raises Refused when the quantities of the file cannot be pieces."""
        if self._told is None or not self._noted:
            return
        texts = list(self._noted)
        read = plain(pl.Series(texts, dtype=pl.String), style)
        value = read.cast(pl.Decimal(38, 9), strict=False)
        frame = pl.DataFrame({"text": texts, "value": value}).filter(
            pl.col("value").is_not_null() & (pl.col("value") != 0)
        )
        cells = {True: 0, False: 0}
        broken = ""
        grouped = ""
        all_thousands = frame.height > 0
        for text, number in frame.iter_rows():
            times, line = self._noted[text]
            is_broken = number % 1 != 0
            cells[is_broken] += times
            if is_broken and not broken:
                broken = f"{text} on line {line} would be {_short(number)}"
            all_thousands = all_thousands and number % 1000 == 0
            if style.thousands and style.thousands in text and not grouped:
                grouped = f"{text} on line {line} would be {number.normalize():f}"
        if cells[True] > _FEW * (cells[True] + cells[False]):
            raise Refused(
                f"its quantities cannot be pieces: {cells[True]:,} of "
                f"{cells[True] + cells[False]:,} would be broken ({broken}). {_advice(style)}"
            )
        if all_thousands and grouped:
            raise Refused(
                f"its quantities cannot be pieces: all {cells[False]:,} of them would be thousands "
                f"({grouped}). SAP prints pieces with three decimals. {_advice(style)}"
            )

    def set_aside(self, chunk: Chunk, style: Numbers) -> None:
        """Takes out the few lines that hold a part of a piece."""
        if self._told is None:
            return
        frame = chunk.frame
        broken = pl.repeat(False, frame.height, eager=True)
        for header in self._quantities(frame):
            number = plain(frame.get_column(header).str.strip_chars(), style)
            broken |= number.str.contains(r"\A-?\d+\.\d*[1-9]\d*\z").fill_null(False)
        broken &= frame.select(self._counts(frame).alias("counts")).to_series()
        if not broken.any():
            return
        told = [name for name in frame.columns if name != LINE]
        for row in frame.filter(broken).iter_rows(named=True):
            shown_values = [row[header] for header in self._quantities(frame)]
            chunk.bad.append(
                BadLine(
                    row[LINE],
                    _WHOLE_PIECES,
                    "a whole number of pieces",
                    value=", ".join(value for value in shown_values if value),
                    raw=",".join(row[name] or "" for name in told),
                )
            )
        chunk.frame = frame.filter(~broken)

    def _quantities(self, frame: pl.DataFrame) -> list[str]:
        assert self._told is not None
        return [header for header in self._told.quantities if header in frame.columns]

    def _counts(self, frame: pl.DataFrame) -> pl.Expr:
        """Whether a line counts in pieces."""
        assert self._told is not None
        unit = self._told.unit
        if unit is None or unit not in frame.columns:
            return pl.repeat(True, pl.len())
        return (
            pl.col(unit).str.strip_chars().str.to_uppercase().is_in(list(self._told.units))
        ).fill_null(False)


def _short(number: Decimal) -> str:
    return f"{number.normalize():f}"


def _advice(style: Numbers) -> str:
    other = "," if style.decimal == "." else "."
    return (
        f"Most likely the {'comma' if other == ',' else 'point'} is the decimal sign of this "
        f"export: say numbers: {{decimal: '{other}'}} in its mapping. If the quantities are right, "
        "take its unit out of pieces:"
    )
