"""A mapping for one file, as YAML, with every guess that needs a human eye marked in it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl
import yaml

from pipelines.ingest.card_numbers import masked_name, masked_text
from pipelines.ingest.contracts import Column, Contract, Dataset
from pipelines.ingest.drafting import codes, sample
from pipelines.ingest.drafting.looks import Look, look_at
from pipelines.ingest.drafting.matching import Match, is_called, match, rank
from pipelines.ingest.drafting.naming import FileName, pattern_of
from pipelines.ingest.drafting.sample import Sample
from pipelines.ingest.mapping.layout import Numbers
from pipelines.ingest.mapping.model import Mapping
from pipelines.ingest.mapping.own_headers import LINE, SHEET
from pipelines.ingest.numbers import Votes
from pipelines.ingest.readers import Refused
from pipelines.ingest.readers.headers import bare, known_names
from pipelines.settings import Settings

CHECK = "# check:"
_NUMBERS = ("decimal", "integer", "bigint", "double")
_SYMBOLS = {"€": "EUR", "£": "GBP", "¥": "JPY", "$": "USD"}
_TOTAL = (
    r"(?i)^\W*(?:grand|sub|sous|zwischen|gesamt)?[ -]?(?:total|totale|totaux|summe|somme|suma)\b"
)
# A mapping that needs fewer headers than this may fit anything.
_FAMILIAR = 3
_BOOLEANS = {
    **dict.fromkeys(("true", "yes", "y", "1", "x", "oui", "ja", "si", "sim", "vrai"), "true"),
    **dict.fromkeys(("false", "no", "n", "0", "", "non", "nein", "nao", "faux"), "false"),
}
_NUMBERED = ("line_number", "tender_number", "scan_number", "transaction_id", "document_id")
# Numbers that each store may count from one.
_COUNTED = ("transaction_id", "document_id", "count_id")
_CONSTANTS = {
    "register_id": "R1",
    "tax_amount": "0",
    "quantity": "1",
    "country": "US",
    "time_zone": "America/New_York",
    "store_id": "STORE",
    "is_open": "true",
    "is_serialized": "true",
    "count_pass": "1",
    "owner": "client",
    "business_date": "2024-01-01",
}


@dataclass(frozen=True)
class Drafted:
    """One line of what was found: a header, what it became, a value of it unless personal."""

    header: str
    column: str | None
    value: str | None
    doubt: str | None


@dataclass
class Draft:
    """A drafted mapping."""

    system: str
    export: str
    dataset: str
    text: str
    columns: list[Drafted] = field(default_factory=list)
    doubts: list[tuple[str, str]] = field(default_factory=list)
    # Mappings there are already that know the headers of the file.
    familiar: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        return f"{self.system}/{self.export}"


def draft(
    path: Path,
    contract: Contract,
    settings: Settings,
    *,
    zones: dict[str, str] | None = None,
    dataset: str | None = None,
    system: str | None = None,
    mappings: Iterable[Mapping] = (),
) -> Draft:
    """A mapping for the file at `path`; `zones` is the time zone of each store known already.

    `mappings` are those there are, of which one may fit already.

    Raises Refused for a file of which no draft can be made.
    """
    taken = sample.take(path, settings)
    if not taken.frame.height:
        raise Refused("it has a header but no rows: draft from a file with some")
    stores = frozenset(zones or {})
    rows = _without_totals(taken.frame)
    looks = {name: look_at(rows.get_column(name), stores) for name in taken.headers}
    made = _Drafting(path, contract, taken, looks, zones or {}, dataset, system).draft()
    made.familiar = familiar(taken.headers, mappings)
    return made


def familiar(headers: list[str], mappings: Iterable[Mapping]) -> list[str]:
    """The mappings that find all they need among `headers`, those that know most of them first."""
    found = []
    for mapping in mappings:
        names = set(known_names(headers, mapping))
        needed = mapping.required_headers
        if len(needed) >= _FAMILIAR and needed <= names:
            found.append((-len(names & mapping.known_headers), mapping.name))
    return [name for _, name in sorted(found)]


def _without_totals(frame: pl.DataFrame) -> pl.DataFrame:
    """The rows that say what a column holds."""
    first = [pl.col(name).str.contains(_TOTAL).fill_null(False) for name in frame.columns[:3]]
    rest = frame.filter(~pl.any_horizontal(first))
    return rest if rest.height else frame


def plain_name(text: str) -> str:
    """`Ventes NYC` as `ventes_nyc`."""
    return re.sub(r"[^a-z0-9]+", "_", bare_words(text)).strip("_")


def bare_words(text: str) -> str:
    return " ".join(bare(word) for word in re.split(r"[\W_\d]+", text) if word)


class _Drafting:
    def __init__(
        self,
        path: Path,
        contract: Contract,
        taken: Sample,
        looks: dict[str, Look],
        zones: dict[str, str],
        dataset: str | None,
        system: str | None,
    ) -> None:
        self._path = path
        self._sample = taken
        self._looks = looks
        self._zones = zones
        self._doubts: list[tuple[str, str]] = []
        ranked = rank(contract, looks, path.name)
        self._dataset: Dataset = contract.datasets[dataset] if dataset else ranked[0][1]
        if dataset is None:
            (first, _), (second, other) = ranked[:2]
            words = f"guessed from its columns; {other.name} would be next"
            if first < 1.5 or second > 0.8 * first:
                self._doubt("dataset", words + ", and nearly as likely")
            else:
                self._doubt("dataset", words)
        self._system = plain_name(system) if system else (plain_name(path.parent.name) or "own")
        matches = match(self._dataset, looks)
        if not matches:
            raise Refused(
                "none of its headers is like a column of a dataset: does its first line name the "
                "columns? A file without a header needs a mapping written by hand (header:, or "
                "format: fixed_width and columns_at:)"
            )
        self._matches = {one.column: one for one in matches}
        wants = {name: name not in self._matches for name in ("store_id", "business_date")}
        known = set(self._dataset.columns)
        self._name: FileName = pattern_of(
            path.name,
            frozenset(zones),
            wants["store_id"] and "store_id" in known and not taken.sheets,
            wants["business_date"] and "business_date" in known,
        )
        called = plain_name(path.name.split(".")[0]).split("_")
        store = plain_name(self._name.store or "")
        self._export = "_".join(word for word in called if word != store) or self._dataset.name
        self._clocks = self._clocked()

    def _clocked(self) -> dict[str, str]:
        """Columns of moments of which the file has the time of day apart from the day."""
        found: dict[str, str] = {}
        taken = {one.header for one in self._matches.values()}
        for column in self._dataset.columns.values():
            if column.data_type != "timestamp" or column.name in self._matches or not self._day():
                continue
            for header, look in self._looks.items():
                if look.clock and header not in taken and is_called(header, column.name):
                    found[column.name] = header
                    taken.add(header)
        return found

    def _day(self) -> tuple[str, str] | None:
        """Where the day of business stands, for a template, and how it is written."""
        one = self._matches.get("business_date")
        if one is None:
            return ("{file.business_date}", "") if self._name.has_day else None
        look = self._looks[one.header]
        if look.is_moment:
            return None
        return f"{{{one.header}}}", "" if look.is_contract else look.forms[0]

    def _doubt(self, key: str, words: str) -> str:
        self._doubts.append((key, words))
        return f"  {CHECK} {words}"

    def draft(self) -> Draft:
        columns, constants = self._rules()
        top = self._top()
        name = masked_name(self._path.name)
        lines = [
            f"# Drafted from {name}. Look at each line with a mark, then take the mark",
            "# away. `loupe check FILE --mapping` shows what the mapping makes of a file.",
            *top,
        ]
        if constants:
            lines += ["", "constants:", *constants]
        lines += ["", "columns:", *columns] if columns else ["", "columns: {}"]
        lines += self._ignored()
        lines += self._filters()
        return Draft(
            self._system,
            self._export,
            self._dataset.name,
            masked_text("\n".join(lines) + "\n"),
            self._told(),
            self._doubts,
        )

    # ── how the file is written ──────────────────────────────────────────────────────────────

    def _top(self) -> list[str]:
        marks = dict(self._doubts)
        lines = [
            f"system: {_scalar(self._system)}",
            f"export: {_scalar(self._export)}",
            f"dataset: {self._dataset.name}" + _mark(marks.get("dataset")),
            "",
            f"files: {{regex: {_quoted(self._name.regex)}}}"
            + self._doubt("files", "which files, by their whole path below the landing folder"),
        ]
        if self._name.has_day:
            unclear = self._name.is_day_unclear
            mark = self._doubt("file_date", "could be another order") if unclear else ""
            lines.append(f"file_date: {_quoted(self._name.day_form)}{mark}")
        for key, value in self._sample.says.items():
            doubt = self._sample.doubts.get(key)
            mark = self._doubt(key, doubt) if doubt else ""
            lines.append(f"{key}: {_flow(value)}{mark}")
        lines += self._numbers()
        if self._is_local():
            mark = self._doubt(
                "time_zone", "its times have no zone, and not all of its stores are known"
            )
            lines.append(f"time_zone: {self._zone()}{mark}")
        return lines

    def _numbers(self) -> list[str]:
        votes = Votes()
        for one in self._matches.values():
            if self._dataset.columns[one.column].data_type.startswith(_NUMBERS):
                text = self._sample.frame.get_column(one.header)
                votes.add(text, pl.int_range(1, len(text) + 1, eager=True))
        try:
            style = votes.style()
            mark = ""
        except Refused:
            told = {sign: votes.seen[f"either {sign}"].cells for sign in (",", ".")}
            style = Numbers(thousands="," if told[","] else None)
            mark = self._doubt("numbers", "nothing in the sample tells 1.234 from 1,234")
        if style == Numbers():
            return []
        said = {"decimal": style.decimal} | (
            {"thousands": style.thousands} if style.thousands else {}
        )
        return [f"numbers: {_flow(said)}{mark}"]

    def _is_local(self) -> bool:
        """Whether there are times of stores whose zone nobody knows."""
        moments = [
            self._looks[one.header]
            for one in self._matches.values()
            if self._dataset.columns[one.column].data_type == "timestamp"
        ]
        # A moment borrowed from a day is midnight, and of no zone either.
        borrowed = any(
            column.required and column.data_type == "timestamp" and name not in self._matches
            for name, column in self._dataset.columns.items()
        )
        if not self._clocks and not borrowed and all(look.is_zoned for look in moments):
            return False
        store = self._matches.get("store_id")
        told = self._looks[store.header].distinct if store else [self._name.store or ""]
        return not set(told) <= set(self._zones)

    def _zone(self) -> str:
        return next(iter(sorted(set(self._zones.values()))), "America/New_York")

    # ── columns ──────────────────────────────────────────────────────────────────────────────

    def _rules(self) -> tuple[list[str], list[str]]:
        columns: list[str] = []
        constants: list[str] = []
        for name, column in self._dataset.columns.items():
            if (one := self._matches.get(name)) is not None:
                columns.append(f"  {name}: {self._rule(column, one)}")
            elif name in self._clocks:
                columns.append(f"  {name}: {self._put_together(name)}")
            elif column.required:
                is_constant, text = self._missing(column)
                (constants if is_constant else columns).append(f"  {name}: {text}")
        return columns, constants

    def _put_together(self, name: str) -> str:
        """A moment out of a day and a time of day."""
        day = self._day()
        assert day is not None
        header = self._clocks[name]
        told: dict[str, Any] = {"template": f"{day[0]} {{{header}}}"}
        if day[1]:
            told["dates"] = [f"{day[1]} {self._looks[header].clock}"]
        return _flow(told) + self._doubt(name, "day and time put together: is it the same day?")

    def _rule(self, column: Column, one: Match) -> str:
        look = self._looks[one.header]
        told: dict[str, Any] = {"from": one.header}
        doubts = [] if one.is_sure else [one.why]
        if column.name in _COUNTED and all(
            re.fullmatch(r"\d{1,6}", text) for text in look.distinct
        ):
            store = self._matches.get("store_id")
            part = store.header if store else "file.store_id"
            both = f"{{{part}}}-{{{one.header}}}"
            doubts.append(f"do two stores use the same number? then {{template: '{both}'}}")
        if column.required and look.empty:
            doubts.append(f"empty in {look.empty:,} of {look.empty + look.filled:,} rows")
        if column.data_type in ("date", "timestamp"):
            doubts += self._dates(column, look, told)
        elif column.name == "currency" and any(not text.isupper() for text in look.distinct):
            told["codes"] = {text: text.upper() for text in look.distinct}
        elif column.one_of or column.data_type == "boolean":
            doubts += _codes(column, look, told)
        elif column.data_type in ("varchar", "integer", "bigint") and _became_numbers(look):
            told["replace"] = {r"\.0$": ""}
        mark = self._doubt(column.name, "; ".join(doubts)) if doubts else ""
        return (_scalar(one.header) if len(told) == 1 else _flow(told)) + mark

    def _dates(self, column: Column, look: Look, told: dict[str, Any]) -> list[str]:
        doubts = []
        if column.data_type == "date" and look.is_moment:
            doubts.append("the day of a moment: whose day is a sale after midnight?")
            if look.is_contract:
                told["replace"] = {"[T ].*$": ""}
        if not look.is_contract and look.forms:
            told["dates"] = [look.forms[0]]
            if look.is_unclear:
                doubts.append(f"read as {look.forms[0]}, but {look.forms[1]} would fit too")
        return doubts

    def _missing(self, column: Column) -> tuple[bool, str]:
        """A required column without a header: from elsewhere, else a constant to be corrected."""
        name = column.name
        if (found := self._elsewhere(name)) is not None:
            return False, found[0] + self._doubt(name, found[1])
        if (borrowed := self._borrowed(column)) is not None:
            return False, borrowed
        words = "not in the file: the same for every row?"
        return True, _quoted(self._constant(column)) + self._doubt(name, words)

    def _elsewhere(self, name: str) -> tuple[str, str] | None:
        """What stands for a column, and what to ask about it."""
        if name == "store_id" and self._sample.sheets:
            return f"{{from: {SHEET}}}", "the name of the sheet"
        if name == "store_id" and self._name.has_store:
            return "{file: store_id}", "a part of the file's name"
        if name == "business_date" and self._name.has_day:
            words = "the day in the file's name: is it the day of business, or of the export?"
            return "{file: business_date}", words
        if name in _NUMBERED:
            return f"{{from: {LINE}}}", "no header fits: the line of the file stands for it"
        factors = [self._matches.get(one) for one in ("quantity", "regular_unit_price")]
        if name == "net_amount" and None not in factors:
            told = {"product": [one.header for one in factors if one]}
            return _flow(told), "no header fits: is the price without tax, and after discounts?"
        return None

    def _borrowed(self, column: Column) -> str | None:
        """A date from a header already taken for another date."""
        if column.data_type not in ("date", "timestamp"):
            return None
        for one in self._matches.values():
            if self._dataset.columns[one.column].data_type in ("date", "timestamp"):
                told: dict[str, Any] = {"from": one.header}
                doubts = self._dates(column, self._looks[one.header], told)
                doubts = doubts or [f"taken from {one.header}, as {one.column} is"]
                return _flow(told) + self._doubt(column.name, "; ".join(doubts))
        return None

    def _constant(self, column: Column) -> str:
        if column.one_of:
            return codes.usual(column)
        if column.name == "currency":
            return next((code for sign, code in _SYMBOLS.items() if self._shows(sign)), "USD")
        if column.name in _CONSTANTS:
            return _CONSTANTS[column.name]
        if column.data_type in ("date", "timestamp"):
            return "2024-01-01"
        return "0" if column.data_type.startswith(_NUMBERS) else "unknown"

    def _shows(self, sign: str) -> bool:
        return any(
            look.numbers > 0.8 and sign in (look.first or "") for look in self._looks.values()
        )

    def _ignored(self) -> list[str]:
        taken = {one.header for one in self._matches.values()} | set(self._clocks.values())
        rest = [name for name in self._sample.headers if name not in taken]
        if not rest:
            return []
        mark = self._doubt("ignore", "columns nobody found a place for")
        return ["", f"ignore:{mark}", *(f"  - {_scalar(name)}" for name in rest)]

    def _filters(self) -> list[str]:
        needed = [
            one.header
            for one in self._matches.values()
            if self._dataset.columns[one.column].required
        ]
        for header in self._sample.headers[:3]:
            frame = self._sample.frame.filter(
                pl.col(header).str.contains(_TOTAL)
                & pl.any_horizontal(pl.col(needed).is_null() if needed else pl.lit(False))
            )
            if frame.height:
                mark = self._doubt("filters", "rows with a total are left out, and counted")
                test = {"column": header, "matches": _TOTAL}
                return [
                    "",
                    f"filters:{mark}",
                    "  - reason: total row",
                    f"    where: [{_flow(test)}]",
                ]
        return []

    def _told(self) -> list[Drafted]:
        doubts = dict(self._doubts)
        by_header = {one.header: one.column for one in self._matches.values()}
        by_header |= {header: column for column, header in self._clocks.items()}
        rows = []
        for header in self._sample.headers:
            one = by_header.get(header)
            if one is None:
                rows.append(Drafted(header, None, None, None))
                continue
            # What a personal column holds is shown to nobody.
            personal = self._dataset.columns[one].personal
            first = self._looks[header].first
            value = None if personal or first is None else masked_text(first[:60])
            rows.append(Drafted(header, one, value, doubts.get(one)))
        return rows


def _became_numbers(look: Look) -> bool:
    """Whether ids were written as numbers: 17850.0."""
    return bool(look.distinct) and all(re.fullmatch(r"\d+\.0", text) for text in look.distinct)


def _codes(column: Column, look: Look, told: dict[str, Any]) -> list[str]:
    if column.data_type == "boolean":
        known = {text: _BOOLEANS.get(bare(text)) for text in look.distinct[:60]}
        if set(look.distinct) <= {"true", "false"}:
            return []
        told["codes"] = {text: truth or "false" for text, truth in known.items()}
        strange = [text for text, truth in known.items() if truth is None]
        return [f"is {', '.join(strange)} really false?"] if strange else []
    assert column.one_of is not None
    if set(look.distinct) <= set(column.one_of):
        return []
    told["codes"], guessed = codes.translated(column, look.distinct)
    return [f"what is {', '.join(guessed[:8])}?"] if guessed else []


# ── YAML ─────────────────────────────────────────────────────────────────────────────────────


def _mark(words: str | None) -> str:
    return f"  {CHECK} {words}" if words else ""


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _scalar(value: Any) -> str:
    told = yaml.safe_dump(
        value, allow_unicode=True, default_flow_style=True, width=10_000
    ).removesuffix("\n")
    return told.removesuffix("...").strip()


def _flow(value: Any) -> str:
    """A value on one line, texts in quotes where it is safer."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_key(key)}: {_flow(one)}" for key, one in value.items()) + "}"
    if isinstance(value, Iterable) and not isinstance(value, str):
        return "[" + ", ".join(_flow(one) for one in value) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str) and re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", value):
        return _scalar(value)
    if isinstance(value, str) and value.isprintable():
        return _quoted(value)
    return _scalar(value)


def _key(text: str) -> str:
    return text if text in ("from", "column", "matches", "codes", "dates") else _flow(text)
