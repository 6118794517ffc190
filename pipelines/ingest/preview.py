"""What a mapping makes of a file's columns: header, rule, column, a few values before and after.

    shown = preview(delivery, settings, zones)
    shown.columns[3].headers, .rule, .samples     # ["MENGE"], "as it stands", [("2,000", "2")]

Only the first rows are looked at. Values of personal columns are masked on both sides, and so is
every other column that reads the same header; of a header that no rule reads only the name is told.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import polars as pl

from pipelines.ingest.card_numbers import masked_text
from pipelines.ingest.contracts import Dataset
from pipelines.ingest.delivery import Delivery
from pipelines.ingest.mapping.model import Mapping
from pipelines.ingest.mapping.own_headers import LINE
from pipelines.ingest.mapping.rules import ColumnRule
from pipelines.ingest.mapping.words import Wording
from pipelines.ingest.readers import Refused
from pipelines.ingest.reading.header import check_header
from pipelines.ingest.reading.text import FIRST_ROWS, text_chunks
from pipelines.ingest.translate import translate
from pipelines.ingest.values import FILE, MASK, Zones, tidy, type_rows
from pipelines.settings import Settings

SAMPLES = 3
# Beside the headers themselves, on a line of a table.
_WORDING = Wording(most=4, untouched="as it stands")
_CHARACTERS = 60
# Readers of these give every field the standard knows, whether or not the file has it.
_FIXED_FIELDS = ("poslog", "epcis")
_SIGNS = str.maketrans({"\n": "⏎", "\r": "", "\t": "⇥"})


@dataclass(frozen=True)
class Sample:
    """A value as the file has it and as it would be stored.

    `typed` is None where nothing is stored: an empty value, or, with `taken` False, a line that is
    set aside.
    """

    read: str | None
    typed: str | None
    taken: bool = True


@dataclass(frozen=True)
class ColumnShown:
    """A column of the dataset: where it comes from, and some of its values."""

    column: str
    data_type: str
    required: bool
    personal: bool
    rule: str
    # Headers the rule reads, as the file writes them (with the name the rules use in brackets,
    # where the two differ); those of them that the file lacks.
    headers: list[str] = field(default_factory=list)
    lacking: list[str] = field(default_factory=list)
    samples: list[Sample] = field(default_factory=list)


@dataclass(frozen=True)
class Preview:
    """`unused`: headers no rule reads; `ignored`: those of them that the mapping leaves out on
    purpose; `empty`: columns of the dataset that get nothing."""

    columns: list[ColumnShown] = field(default_factory=list)
    unused: list[str] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    empty: list[str] = field(default_factory=list)


def preview(
    delivery: Delivery,
    settings: Settings,
    zones: dict[str, str],
    settled: pl.DataFrame | None = None,
) -> Preview:
    """Looks at the first rows of a file that was read already.

    `settled` is what its reader noted, where the whole of it had to be looked at first.
    """
    mapping, dataset = delivery.read_with
    first = _First.of(delivery, mapping, dataset, settings, settled)
    known = set(first.names) if first.names is not None else None
    if known is not None and mapping.unpivot is not None:
        known |= {mapping.unpivot.names, mapping.unpivot.values}
    given, empty = {}, []
    for name in dataset.columns:
        rule = mapping.rules.get(name)
        if rule is None or (known is not None and _gives_nothing(rule, known, mapping)):
            empty.append(name)
        else:
            given[name] = rule
    has_header = mapping.format_of(delivery.found.name) not in _FIXED_FIELDS
    names = (first.names or []) if has_header else []
    if dataset.has_personal and not set(names) & mapping.known_headers:
        # No header at all, most likely: these are the values of the first row.
        names = []
    read = _read_headers(mapping)
    ignored = [name for name in names if name in mapping.ignore and name not in read]
    return Preview(
        _columns(first, given, known, delivery, Zones(zones, settings.default_time_zone)),
        [first.written.get(name, name) for name in names if name not in {*read, *ignored}],
        [first.written.get(name, name) for name in ignored],
        empty,
    )


def _gives_nothing(rule: ColumnRule, known: set[str], mapping: Mapping) -> bool:
    """Whether the file lacks what the rule reads, and may lack it."""
    lacking = rule.headers - known
    if rule.optional:
        return bool(lacking)
    return bool(lacking) and lacking == rule.headers and lacking <= set(mapping.may_lack)


def _read_headers(mapping: Mapping) -> set[str]:
    """Every header that the mapping looks at, for a column or for anything else."""
    found = {*mapping.known_headers, *mapping.required_headers} - set(mapping.ignore)
    for rule in mapping.rules.values():
        found |= rule.headers
    return found | {test.column for test in mapping.all_conditions}


@dataclass
class _First:
    """The first rows: `raw` as they stand in the file, `text` as the rules read them, row by row.

    `names` is the header, None where it was not even found; `written` its names in the file's own
    words, where they differ.
    """

    names: list[str] | None = None
    written: dict[str, str] = field(default_factory=dict)
    raw: pl.DataFrame = field(default_factory=pl.DataFrame)
    text: pl.DataFrame = field(default_factory=pl.DataFrame)

    @classmethod
    def of(
        cls,
        delivery: Delivery,
        mapping: Mapping,
        dataset: Dataset,
        settings: Settings,
        settled: pl.DataFrame | None,
    ) -> _First:
        first = cls()

        def look(names: list[str]) -> None:
            first.names = first.names or [name for name in names if name]
            check_header(names, mapping, dataset)

        try:
            for chunk in text_chunks(delivery, settings, look):
                first.written |= chunk.written
                if chunk.frame.height:
                    first.raw = first.text = tidy(chunk.frame.head(FIRST_ROWS))
                    break
            if mapping.unpivot is not None:
                side = [name for name in mapping.unpivot.columns if name in (first.names or ())]
                said = " / ".join(first.written.get(name, name) for name in side)
                first.written |= {mapping.unpivot.values: said, mapping.unpivot.names: said}
            if mapping.is_surveyed and first.raw.height:
                first.text = pl.DataFrame()
                if settled is not None:
                    first._settle(tidy(settled))
        except Refused:
            # The report says why; what was seen before is shown.
            pass
        return first

    def _settle(self, settled: pl.DataFrame) -> None:
        """Pairs the rows as they stand with what became of them before the rules read them."""
        lines = settled.get_column(LINE)
        if self.raw.get_column(LINE).is_duplicated().any():
            # Several rows a line, some of them perhaps set aside: nobody can pair them.
            self.raw = settled
        else:
            self.raw = self.raw.filter(pl.col(LINE).is_in(lines.implode()))
            settled = settled.filter(pl.col(LINE).is_in(self.raw.get_column(LINE).implode()))
        self.text = settled


def _columns(
    first: _First,
    rules: dict[str, ColumnRule],
    known: set[str] | None,
    delivery: Delivery,
    zones: Zones,
) -> list[ColumnShown]:
    mapping, dataset = delivery.read_with
    personal: set[str] = set()
    for name, rule in mapping.rules.items():
        if dataset.columns[name].personal:
            personal |= rule.value_headers
    typed = _typed(first.text, mapping, dataset, delivery, zones)
    shown = []
    for name, rule in rules.items():
        column = dataset.columns[name]
        headers = [one for one in _in_order(rule, first) if known is None or one in known]
        hidden = column.personal or bool(rule.value_headers & personal)
        lacking = sorted(rule.headers - known) if known is not None else []
        shown.append(
            ColumnShown(
                name,
                column.data_type,
                column.required,
                column.personal,
                _WORDING.rule(rule),
                [_both(header, first) for header in headers],
                [header for header in lacking if header not in mapping.may_lack],
                _samples(name, rule, first, typed, personal, hidden),
            )
        )
    return shown


def _both(header: str, first: _First) -> str:
    written = first.written.get(header)
    return f"{written} ({header})" if written else header


def _in_order(rule: ColumnRule, first: _First) -> list[str]:
    """The rule's headers in the order of the file, those it hands on before those it tests."""
    place = {name: at for at, name in enumerate(first.names or ())}
    handed = rule.value_headers
    return sorted(rule.headers, key=lambda one: (one not in handed, place.get(one, 9999), one))


@dataclass(frozen=True)
class _Typed:
    """`rows`: those taken in, FILE being their place. `aside`: places of those set aside.

    `unplaced`: places of local times in a store whose time zone nobody knows yet.
    """

    rows: pl.DataFrame
    aside: set[int]
    unplaced: set[int]


def _typed(
    text: pl.DataFrame, mapping: Mapping, dataset: Dataset, delivery: Delivery, zones: Zones
) -> _Typed:
    if not text.height:
        return _Typed(pl.DataFrame({FILE: []}, schema={FILE: pl.UInt32}), set(), set())
    # Each row counts as a file of its own: so it is known again, whatever else is left out.
    placed = text.with_row_index(FILE)
    done = translate(placed, mapping, dataset, [delivery.named] * text.height)
    zones = Zones(zones.of_store, zones.default, mapping.time_zone)
    typed = type_rows(done.frame, dataset, zones)
    unplaced = set(typed.unplaced)
    if unplaced:
        # Such a time is shown as it is written.
        typed = type_rows(done.frame, dataset, Zones(zones.of_store, "UTC", mapping.time_zone))
    aside = {
        place for part in (done.faults, typed.faults) for place in part.get_column(FILE).to_list()
    }
    return _Typed(typed.rows, aside, unplaced)


def _samples(
    name: str,
    rule: ColumnRule,
    first: _First,
    typed: _Typed,
    personal: set[str],
    hidden: bool,
) -> list[Sample]:
    """Up to three different values, of rows taken in before those of rows set aside."""
    found: dict[tuple[str | None, str | None], Sample] = {}

    def add(place: int, value: Any, taken: bool) -> bool:
        read = _as_read(rule, first, place, personal)
        told = _shown(value)
        if place in typed.unplaced and isinstance(value, datetime):
            told = f"{value:%Y-%m-%d %H:%M:%S}, zone not known"
        if read is None and told is None:
            return False
        if hidden:
            read, told = read and MASK, told and MASK
        found.setdefault((read, told), Sample(read, told, taken))
        return len(found) == SAMPLES

    if name in typed.rows.columns:
        for place, value in typed.rows.select(FILE, name).iter_rows():
            if add(place, value, True):
                return list(found.values())
    if not found:
        gone = typed.aside if first.text.height else range(first.raw.height)
        for place in sorted(gone):
            if add(place, None, False):
                break
    return list(found.values())


def _as_read(rule: ColumnRule, first: _First, place: int, personal: set[str]) -> str | None:
    """What the rule reads in a row: the value, or header=value where there are several."""
    if rule.source == LINE:
        return str(first.raw.get_column(LINE)[place])
    told = []
    for header in _in_order(rule, first):
        value = first.raw.get_column(header)[place] if header in first.raw.columns else None
        if value is not None:
            shown = MASK if header in personal else _shown(str(value)) or ""
            told.append((first.written.get(header, header), shown))
    if len(rule.headers) == 1:
        return told[0][1] if told else None
    return _shown(", ".join(f"{header} = {shown}" for header, shown in told[:4]), 3 * _CHARACTERS)


def _shown(value: Any, most: int = _CHARACTERS) -> str | None:
    """A value as text that can be shown: short, on one line, no card number in it."""
    match value:
        case None | "":
            return None
        case bool():
            text = "true" if value else "false"
        case Decimal():
            text = f"{value:f}"
            text = text.rstrip("0").rstrip(".") if "." in text else text
        case datetime():
            text = f"{value:%Y-%m-%d %H:%M:%S} UTC"
        case date():
            text = value.isoformat()
        case _:
            text = masked_text(str(value)).translate(_SIGNS)
    return text if len(text) <= most else text[: most - 1] + "…"
