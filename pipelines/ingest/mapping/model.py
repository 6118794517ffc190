"""One mapping, whole: every key of the YAML file, and what follows from them."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import UTC, date
from functools import cached_property
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, PrivateAttr, field_validator

from pipelines.ingest.mapping.conditions import Condition, Filter
from pipelines.ingest.mapping.day_forms import contested
from pipelines.ingest.mapping.file_names import (
    ExportedAt,
    FilePattern,
    Named,
    ScopePart,
    parse_name,
)
from pipelines.ingest.mapping.layout import (
    EXTENSIONS,
    Carry,
    Format,
    Numbers,
    Pieces,
    Poslog,
    Unpivot,
)
from pipelines.ingest.mapping.own_headers import LINE
from pipelines.ingest.mapping.rules import ColumnRule
from pipelines.ingest.mapping.strict import (
    AUTO,
    Encoding,
    Expression,
    Marker,
    OneByte,
    Separator,
    Strict,
    Zone,
)


class Mapping(Strict):
    """One export of one system, and the dataset it becomes."""

    system: str = Field(min_length=1)
    export: str = Field(min_length=1)
    dataset: str
    description: str = ""
    extends: str | None = Field(
        None,
        description="system/export of another mapping: all it says holds here too, except for "
        "what is said again. Without another system: or export: this one takes its place.",
    )
    files: FilePattern
    format: Format | None = None
    delimiter: Separator = Field(",", description="One character, or auto: decided by the header.")
    quote: OneByte = '"'
    encoding: Encoding = Field("utf-8", description="Or auto: decided by the file's bytes.")
    header: tuple[str, ...] | None = Field(None, description="Names, when the file has no header.")
    skip_lines: int = Field(0, ge=0, description="Lines above the header (titles, printing dates).")
    find_header: bool = Field(
        False,
        description="Look for the header by its names in the first 50 lines; leave out repeats.",
    )
    not_rows: dict[str, Expression] = Field(
        default_factory=dict,
        description="Reason to pattern: lines unlike the header that are no rows (footers).",
    )
    vocabulary: Literal["sap"] | None = Field(
        None, description="Headers of a system in any language, under its own field names."
    )
    synonyms: dict[str, tuple[str, ...]] = Field(
        default_factory=dict, description="Other headers for a name the rules use."
    )
    columns_at: dict[str, tuple[int, int]] = Field(
        default_factory=dict,
        description="Fixed width: first and last character of each column, counted from 1.",
    )
    records: str | None = Field(
        None,
        description="JSON: where the list of records stands. POSLog: sale_lines, tenders, "
        "closings or events. EPCIS: counts or movements.",
    )
    poslog: Poslog = Poslog()
    each: str | None = Field(None, description="JSON: the nested list whose elements are the rows.")
    may_lack: tuple[str, ...] = Field((), description="Headers that count as empty when absent.")
    pieces: Pieces | None = None
    unpivot: Unpivot | None = None
    header_rows: int = Field(
        1, ge=1, le=4, description="Workbooks: rows that make the header together."
    )
    sheet: str | None = Field(
        None, description="Of a workbook: its name, a pattern such as 2024-*, or each."
    )
    ignore: tuple[str, ...] = ()
    ignore_unknown: bool = False
    numbers: Numbers | Literal["auto"] = Field(
        Numbers(), description="Or auto: decided for each file by all its numbers."
    )
    votes: tuple[str, ...] = Field(
        (), description="Headers of numbers that no rule reads, but that show how they are written."
    )
    dates: tuple[str, ...] = ()
    file_date: str = Field("%Y%m%d", description="How business_date stands in the file's name.")
    time_zone: Zone | None = None
    constants: dict[str, str] = Field(default_factory=dict)
    columns: dict[str, ColumnRule] = Field(default_factory=dict)
    filters: tuple[Filter, ...] = ()
    carry: Carry | None = Field(None, description="Columns filled on a group's first line only.")
    scope_part: ScopePart | None = None
    exported_at: ExportedAt | None = None
    reject_tolerance: float | None = Field(None, ge=0, le=1)
    ready_marker: Marker | None = Field(
        None, description="Sibling that says the file is whole: {name}.done or {stem}.ok"
    )
    is_native: bool = Field(False, exclude=True)

    _path: Path | None = PrivateAttr(None)
    _tree: dict[str, Any] = PrivateAttr(default_factory=dict)

    @field_validator("files", mode="before")
    @classmethod
    def _short_files(cls, told: Any) -> Any:
        return {"glob": told} if isinstance(told, str) else told

    @field_validator("columns", mode="before")
    @classmethod
    def _short_columns(cls, told: Any) -> Any:
        if not isinstance(told, dict):
            return told
        return {
            name: {"from": rule} if isinstance(rule, str) else rule for name, rule in told.items()
        }

    @property
    def name(self) -> str:
        return f"{self.system}/{self.export}"

    @cached_property
    def version(self) -> str:
        """Changes when anything the mapping says changes."""
        # What is left at its default is left out: a key that is new here changes no old mapping.
        said = self.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        told = json.dumps(said, sort_keys=True)
        return hashlib.sha256(told.encode()).hexdigest()[:12]

    @cached_property
    def rules(self) -> dict[str, ColumnRule]:
        """A rule for each column of the dataset that gets a value."""
        constants = {name: ColumnRule(constant=text) for name, text in self.constants.items()}
        return {**constants, **self.columns}

    @cached_property
    def required_headers(self) -> frozenset[str]:
        """Headers without which the file is refused."""
        needed: set[str] = set()
        for rule in self.rules.values():
            if not rule.optional:
                needed |= rule.headers
        for condition in self.conditions:
            needed.add(condition.column)
        if self.exported_at and self.exported_at.column:
            needed.add(self.exported_at.column)
        if self.carry:
            needed.add(self.carry.by)
        if self.unpivot is not None:
            needed -= {self.unpivot.names, self.unpivot.values}
            needed.add(self.unpivot.columns[0])
        # Without their unit nobody could tell which quantities are pieces.
        if self.pieces is not None and self.pieces.unit is not None:
            needed.add(self.pieces.unit)
        return frozenset(needed - {LINE} - set(self.may_lack))

    @cached_property
    def known_headers(self) -> frozenset[str]:
        """Headers that may stand in the file."""
        known = {*self.required_headers, *self.ignore, *self.may_lack, *self.votes}
        if self.unpivot is not None:
            known.update(self.unpivot.columns)
        for rule in self.rules.values():
            known |= rule.headers
        return frozenset(known)

    @cached_property
    def number_style(self) -> Numbers:
        """How numbers are written once a file's own style is settled."""
        return Numbers() if isinstance(self.numbers, str) else self.numbers

    @cached_property
    def is_plain(self) -> bool:
        """Whether a file can be read from its first byte on, with nothing to be found out first."""
        return not (self.is_loose or self.is_surveyed)

    @cached_property
    def is_loose(self) -> bool:
        """Whether a file's encoding, separator, header or column names are yet to be found."""
        return bool(
            AUTO in (self.encoding, self.delimiter)
            or self.find_header
            or self.not_rows
            or self.has_other_names
        )

    @cached_property
    def has_other_names(self) -> bool:
        """Whether headers may stand under other names than the rules use."""
        return bool(self.vocabulary or self.synonyms)

    @cached_property
    def conditions(self) -> list[Condition]:
        return [test for one in self.filters for test in (*one.where, *one.unless)]

    @cached_property
    def all_conditions(self) -> list[Condition]:
        """Those of the filters and those of the cases."""
        cases = [case for rule in self.rules.values() for case in rule.cases or ()]
        return [*self.conditions, *(test for case in cases for test in case.when)]

    @cached_property
    def is_surveyed(self) -> bool:
        """Whether a whole file must be seen before its first row can be read."""
        forms = [self.dates, *(rule.dates for rule in self.rules.values())]
        orders = any(contested(one) for one in forms)
        return self.numbers == AUTO or self.pieces is not None or orders

    @cached_property
    def name_counts(self) -> bool:
        """Whether what the file's name says becomes part of its rows."""
        return any(rule.groups for rule in self.rules.values())

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile(self.files.compiled_text)

    @property
    def groups(self) -> set[str]:
        return set(self._pattern.groupindex)

    def format_of(self, name: str) -> Format | None:
        """How a file of this name is read; None when neither mapping nor extension says so."""
        plain = name.lower().removesuffix(".gz")
        return self.format or EXTENSIONS.get(Path(plain).suffix)

    def marker_of(self, name: str) -> str | None:
        """The sibling that says a file of this name is whole, when the mapping asks for one."""
        if self.ready_marker is None:
            return None
        stem = name.split(".", 1)[0]
        return self.ready_marker.replace("{name}", name).replace("{stem}", stem)

    def claims(self, path: str) -> Named | None:
        """What the name says, when this mapping reads the file at `path` (below the landing)."""
        found = self._pattern.fullmatch(path)
        if found is None:
            return None
        groups = {key: text for key, text in found.groupdict().items() if text is not None}
        exported_at = None
        if "business_date" in groups:
            day = parse_name(groups["business_date"], self.file_date)
            if day is None:
                return None
            groups["business_date"] = day.date().isoformat()
        if self.exported_at and self.exported_at.file:
            told = parse_name(groups.get(self.exported_at.file, ""), self.exported_at.format)
            if told is None:
                return None
            exported_at = told.replace(tzinfo=ZoneInfo(self.time_zone or "UTC")).astimezone(UTC)
        suffix = groups.get("suffix", "")
        return Named(
            groups=groups,
            store_id=groups.get("store_id") or self.constants.get("store_id"),
            business_date=(
                date.fromisoformat(groups["business_date"]) if "business_date" in groups else None
            ),
            suffix=int(suffix) if suffix.isascii() and suffix.isdigit() else None,
            exported_at=exported_at,
        )
