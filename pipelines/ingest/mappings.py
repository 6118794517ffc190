"""Mappings: how another system's exports become a dataset. Data, not code.

A mapping is one YAML file, `<system>/<export>.yml`. The native layout is a mapping too, made from
the contract. Reading one checks it whole: every message names file, line and key.

    mappings = load_mappings([SHIPPED_MAPPINGS, home.mappings], contract)
    claims = Register(mappings).claims("UK/2010-12-01.csv")
"""

from __future__ import annotations

import codecs
import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

import polars as pl
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PrivateAttr,
    ValidationError,
    field_validator,
    model_validator,
)

from pipelines.ingest.contracts import Contract, Dataset
from pipelines.ingest.yaml_lines import Lines, YamlFault, read_yaml

Format = Literal["csv", "parquet", "xlsx"]

LINE = "_line_no"
_EXTENSIONS: dict[str, Format] = {
    ".csv": "csv",
    ".txt": "csv",
    ".tsv": "csv",
    ".parquet": "parquet",
    ".xlsx": "xlsx",
}
_PLACEHOLDER = re.compile(r"\{([^{}]+)\}")
_FILE_PREFIX = "file."
_MARKED = re.compile(r"\{(?:name|stem)\}")


class MappingError(Exception):
    """A mapping cannot be used; the message names file, line and key."""


def _expression(pattern: str) -> str:
    try:
        pl.Series([""]).str.contains(pattern)
    except pl.exceptions.PolarsError as fault:
        raise ValueError(f"{pattern!r} is no regular expression: {fault}") from fault
    return pattern


def is_zone(name: str) -> bool:
    """Whether `name` is a time zone of the IANA list."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True


def _zone(name: str) -> str:
    if not is_zone(name):
        raise ValueError(f"{name!r} is no time zone (Europe/London, America/New_York …)")
    return name


def _encoding(name: str) -> str:
    try:
        return codecs.lookup(name).name
    except LookupError as fault:
        raise ValueError(f"{name!r} is no encoding (utf-8, cp1252, utf-16 …)") from fault


def _one_byte(text: str) -> str:
    if len(text.encode("utf-8")) != 1 or text in "\r\n":
        raise ValueError(f"{text!r} must be a single plain character")
    return text


def _marker(template: str) -> str:
    if len(_MARKED.findall(template)) != 1 or "/" in template or template in ("{name}", "{stem}"):
        raise ValueError(f"{template!r} must hold {{name}} or {{stem}} once: {{name}}.done")
    return template


Expression = Annotated[str, AfterValidator(_expression)]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Condition(_Strict):
    """Something true of one column of the file; exactly one test."""

    column: str
    matches: Expression | None = None
    equals: str | None = None
    is_one_of: tuple[str, ...] | None = None
    is_empty: bool | None = None
    below: float | None = None
    above: float | None = None

    @model_validator(mode="after")
    def _one_test(self) -> Condition:
        tests = self.model_dump(exclude={"column"}, exclude_none=True)
        if len(tests) != 1:
            raise ValueError(
                "a condition needs exactly one of: matches, equals, is_one_of, is_empty, "
                "below, above"
            )
        return self


class Filter(_Strict):
    """Lines left out on purpose: those meeting all of `where`, or not meeting all of `unless`."""

    reason: str = Field(min_length=1)
    where: tuple[Condition, ...] = ()
    unless: tuple[Condition, ...] = ()

    @model_validator(mode="after")
    def _one_side(self) -> Filter:
        if bool(self.where) == bool(self.unless):
            raise ValueError("a filter needs either where: or unless:")
        return self


class Case(_Strict):
    """`then` is the value when all of `when` hold."""

    when: tuple[Condition, ...] = Field(min_length=1)
    then: str


class Numbers(_Strict):
    """How the source writes numbers."""

    decimal: Literal[".", ","] = "."
    thousands: Literal[",", ".", " ", "'"] | None = None

    @model_validator(mode="after")
    def _differ(self) -> Numbers:
        if self.decimal == self.thousands:
            raise ValueError("decimal and thousands cannot be the same character")
        return self


class ColumnRule(_Strict):
    """Where one column of the dataset comes from; exactly one source, then what is done to it."""

    source: str | None = Field(None, alias="from", description="A header of the file, or _line_no.")
    constant: str | None = None
    file: str | None = Field(None, description="A named group of the file pattern.")
    template: str | None = Field(None, description="Headers in braces: {Shop}-{Ticket}.")
    product: tuple[str, str] | None = Field(None, description="Two headers multiplied, exactly.")
    cases: tuple[Case, ...] | None = Field(None, description="The first case that holds.")
    otherwise: str | None = Field(None, description="The value when no case holds.")
    replace: dict[Expression, str] = Field(default_factory=dict, description="Pattern to text.")
    codes: dict[str, str] | None = None
    default: str | None = Field(None, description="For codes not listed.")
    negate: bool = False
    numbers: Numbers | None = None
    dates: tuple[str, ...] = ()
    optional: bool = Field(False, description="The header may be absent.")

    @model_validator(mode="after")
    def _one_source(self) -> ColumnRule:
        sources = ("source", "constant", "file", "template", "product", "cases")
        if sum(getattr(self, name) is not None for name in sources) != 1:
            raise ValueError("needs exactly one of: from, constant, file, template, product, cases")
        if self.otherwise is not None and self.cases is None:
            raise ValueError("otherwise: belongs to cases:")
        if self.default is not None and self.codes is None:
            raise ValueError("default: belongs to codes:")
        return self

    @property
    def headers(self) -> set[str]:
        """The headers of the file this rule reads."""
        found: set[str] = set()
        if self.source:
            found.add(self.source)
        if self.product:
            found.update(self.product)
        for case in self.cases or ():
            found.update(condition.column for condition in case.when)
        for name in _PLACEHOLDER.findall(self.template or ""):
            if not name.startswith(_FILE_PREFIX):
                found.add(name)
        return found - {LINE}

    @property
    def groups(self) -> set[str]:
        """The named groups of the file pattern this rule reads."""
        found = {self.file} if self.file else set()
        for name in _PLACEHOLDER.findall(self.template or ""):
            if name.startswith(_FILE_PREFIX):
                found.add(name.removeprefix(_FILE_PREFIX))
        return found

    @property
    def outcomes(self) -> set[str]:
        """The values this rule can give, when they are all written in the mapping."""
        if self.constant is not None:
            told = {self.constant}
        elif self.cases is not None:
            told = {case.then for case in self.cases}
            if self.otherwise is not None:
                told.add(self.otherwise)
        else:
            told = set()
        if self.codes is not None:
            told = set(self.codes.values())
            if self.default is not None:
                told.add(self.default)
        return told


class FilePattern(_Strict):
    """Which files: a glob, or a regular expression of the whole path below the landing folder."""

    glob: str | None = None
    regex: str | None = None

    @model_validator(mode="after")
    def _one(self) -> FilePattern:
        if (self.glob is None) == (self.regex is None):
            raise ValueError("needs either glob: or regex:")
        try:
            re.compile(self.compiled_text)
        except re.error as fault:
            raise ValueError(f"{self.regex!r} is no regular expression: {fault}") from fault
        return self

    @property
    def compiled_text(self) -> str:
        return self.regex if self.regex is not None else _glob_to_regex(self.glob or "")


class ExportedAt(_Strict):
    """When the source wrote the file: a group of its name, or the newest value of a column."""

    file: str | None = None
    column: str | None = None
    format: str

    @model_validator(mode="after")
    def _one(self) -> ExportedAt:
        if (self.file is None) == (self.column is None):
            raise ValueError("needs either file: or column:")
        return self


class ScopePart(_Strict):
    """What narrows the store-day: a column of the dataset, or a group of the file's name."""

    column: str | None = None
    file: str | None = None

    @model_validator(mode="after")
    def _one(self) -> ScopePart:
        if (self.file is None) == (self.column is None):
            raise ValueError("needs either file: or column:")
        return self


@dataclass(frozen=True)
class Named:
    """What a file's name says."""

    groups: dict[str, str] = field(default_factory=dict)
    store_id: str | None = None
    business_date: date | None = None
    suffix: int | None = None
    exported_at: datetime | None = None


class Mapping(_Strict):
    """One export of one system, and the dataset it becomes."""

    system: str = Field(min_length=1)
    export: str = Field(min_length=1)
    dataset: str
    description: str = ""
    files: FilePattern
    format: Format | None = None
    delimiter: Annotated[str, AfterValidator(_one_byte)] = ","
    quote: Annotated[str, AfterValidator(_one_byte)] = '"'
    encoding: Annotated[str, AfterValidator(_encoding)] = "utf-8"
    header: tuple[str, ...] | None = Field(None, description="Names, when the file has no header.")
    skip_lines: int = Field(0, ge=0, description="Lines above the header (titles, printing dates).")
    sheet: str | None = None
    ignore: tuple[str, ...] = ()
    ignore_unknown: bool = False
    numbers: Numbers = Numbers()
    dates: tuple[str, ...] = ()
    file_date: str = Field("%Y%m%d", description="How business_date stands in the file's name.")
    time_zone: Annotated[str, AfterValidator(_zone)] | None = None
    constants: dict[str, str] = Field(default_factory=dict)
    columns: dict[str, ColumnRule] = Field(default_factory=dict)
    filters: tuple[Filter, ...] = ()
    scope_part: ScopePart | None = None
    exported_at: ExportedAt | None = None
    reject_tolerance: float | None = Field(None, ge=0, le=1)
    ready_marker: Annotated[str, AfterValidator(_marker)] | None = Field(
        None, description="Sibling that says the file is whole: {name}.done or {stem}.ok"
    )
    is_native: bool = Field(False, exclude=True)

    _path: Path | None = PrivateAttr(None)

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
        told = json.dumps(self.model_dump(mode="json", by_alias=True), sort_keys=True)
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
        return frozenset(needed - {LINE})

    @cached_property
    def known_headers(self) -> frozenset[str]:
        """Headers that may stand in the file."""
        known = set(self.required_headers) | set(self.ignore)
        for rule in self.rules.values():
            known |= rule.headers
        return frozenset(known)

    @cached_property
    def conditions(self) -> list[Condition]:
        return [test for one in self.filters for test in (*one.where, *one.unless)]

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
        return self.format or _EXTENSIONS.get(Path(plain).suffix)

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
            day = _parse_name(groups["business_date"], self.file_date)
            if day is None:
                return None
            groups["business_date"] = day.date().isoformat()
        if self.exported_at and self.exported_at.file:
            told = _parse_name(groups.get(self.exported_at.file, ""), self.exported_at.format)
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


def _parse_name(text: str, form: str) -> datetime | None:
    try:
        return datetime.strptime(text, form)
    except ValueError:
        return None


def _glob_to_regex(glob: str) -> str:
    """`*` and `?` stay within a folder, `**/` is any folders; no slash means: any folder."""
    text = glob if "/" in glob else f"**/{glob}"
    out = ""
    index = 0
    while index < len(text):
        if text.startswith("**/", index):
            out += "(?:.*/)?"
            index += 3
            continue
        sign = text[index]
        out += {"*": "[^/]*", "?": "[^/]"}.get(sign, re.escape(sign))
        index += 1
    return out


# ── the native layout ────────────────────────────────────────────────────────────────────────


def native(dataset: Dataset) -> Mapping:
    """The mapping of the reference layout for a dataset."""
    return Mapping(
        system="native",
        export=dataset.name,
        dataset=dataset.name,
        files=FilePattern(
            regex=rf"(?:.*/)?{dataset.name}(?:_(?P<store_id>[^/]+?))??_(?P<business_date>\d{{8}})"
            r"(?:_(?P<suffix>[^/_.]+))?\.(?i:csv|csv\.gz|parquet|xlsx)"
        ),
        columns={
            column.name: ColumnRule(source=column.name, optional=not column.required)
            for column in dataset.columns.values()
        },
        is_native=True,
    )


@dataclass(frozen=True)
class Claim:
    """A file read by a mapping."""

    mapping: Mapping
    named: Named


class Register:
    """All mappings, ready to say which of them read a file."""

    def __init__(self, mappings: Iterable[Mapping]) -> None:
        self.mappings = list(mappings)
        self._custom = [mapping for mapping in self.mappings if not mapping.is_native]
        self._native = {m.dataset: m for m in self.mappings if m.is_native}
        longest = sorted(self._native, key=len, reverse=True)
        self._markers = [
            (before, after)
            for mapping in self._custom
            if mapping.ready_marker
            for before, _, after in [_MARKED.sub("\0", mapping.ready_marker).partition("\0")]
        ]
        self._dataset = re.compile(rf"(?:.*/)?({'|'.join(longest) or '(?!)'})_[^/]*")

    @cached_property
    def version(self) -> str:
        told = "".join(sorted(m.name + m.version for m in self.mappings))
        return hashlib.sha256(told.encode()).hexdigest()[:12]

    def claims_quietly(self, path: str) -> bool:
        """Whether any mapping would read a file at `path`."""
        try:
            return bool(self.claims(path))
        except MappingError:
            return True

    def is_marker(self, name: str) -> bool:
        """Whether a file of this name only says that another one is whole."""
        return any(
            len(name) > len(before) + len(after)
            and name.startswith(before)
            and name.endswith(after)
            for before, after in self._markers
        )

    def claims(self, path: str) -> list[Claim]:
        """Who reads the file at `path`; other systems' mappings go before the native layout.

        Raises MappingError, in words, when two mappings make the same dataset of it.
        """
        found = [Claim(m, named) for m in self._custom if (named := m.claims(path)) is not None]
        if not found and (start := self._dataset.fullmatch(path)):
            mapping = self._native[start[1]]
            if (named := mapping.claims(path)) is not None:
                return [Claim(mapping, named)]
        taken: dict[str, Mapping] = {}
        for one in found:
            other = taken.setdefault(one.mapping.dataset, one.mapping)
            if other is not one.mapping:
                raise MappingError(
                    f"two mappings make {one.mapping.dataset} of this file: {other.name} and "
                    f"{one.mapping.name}. Narrow the files: of one of them."
                )
        return found


# ── reading mappings ─────────────────────────────────────────────────────────────────────────


def load_mappings(folders: Iterable[Path], contract: Contract) -> list[Mapping]:
    """The native layout of every dataset and each mapping below `folders` (absent ones: none).

    Raises MappingError naming file, line and key.
    """
    found = [native(dataset) for dataset in contract.datasets.values()]
    seen: dict[str, Path] = {mapping.name: Path("the native layout") for mapping in found}
    for folder in folders:
        paths = [*folder.rglob("*.yml"), *folder.rglob("*.yaml")] if folder.is_dir() else []
        for path in sorted(paths):
            mapping = read_mapping(path, contract)
            if mapping.name in seen:
                raise MappingError(
                    f"{path}, line 1, key export: {mapping.name} is already the name of "
                    f"{seen[mapping.name]}"
                )
            seen[mapping.name] = path
            found.append(mapping)
    return found


def read_mapping(path: Path, contract: Contract) -> Mapping:
    """One mapping, checked against the contract. Raises MappingError."""
    try:
        tree, lines = read_yaml(path)
        mapping = Mapping.model_validate(tree if tree is not None else {})
    except YamlFault as fault:
        raise MappingError(f"{path}, line {fault.line}: {fault}") from fault
    except OSError as fault:
        raise MappingError(f"{path} cannot be read: {fault.strerror}") from fault
    except ValidationError as fault:
        line, key, words = lines.fault(fault)
        raise MappingError(f"{path}, line {line}, key {key}: {words}") from fault
    _check(mapping, contract, path, lines)
    return mapping


_Place = tuple[str | int, ...]


def _check(mapping: Mapping, contract: Contract, path: Path, lines: Lines) -> None:
    dataset = contract.datasets.get(mapping.dataset)
    if dataset is None:
        faults: Iterable[tuple[_Place, str]] = [
            (("dataset",), f"{mapping.dataset!r} is none of: {', '.join(contract.datasets)}")
        ]
    else:
        faults = chain(
            _column_faults(mapping, dataset),
            _scope_faults(mapping, dataset),
            _file_faults(mapping),
        )
    for place, words in faults:
        key = ".".join(map(str, place))
        raise MappingError(f"{path}, line {lines.of(place)}, key {key}: {words}")


def _column_faults(mapping: Mapping, dataset: Dataset) -> Iterator[tuple[_Place, str]]:
    for section in ("constants", "columns"):
        for name in getattr(mapping, section):
            if name not in dataset.columns:
                yield (section, name), f"{dataset.name} has no such column"
    for name in set(mapping.constants) & set(mapping.columns):
        yield ("columns", name), "stands under constants: too"
    for name, column in dataset.columns.items():
        if column.required and name not in mapping.rules:
            yield ("columns",), f"{dataset.name} needs {name}, which no rule gives"
    for name, rule in mapping.rules.items():
        section = "columns" if name in mapping.columns else "constants"
        for group in rule.groups - mapping.groups:
            yield (section, name), _no_group(group)
        allowed = dataset.columns[name].one_of
        if allowed and (strange := sorted(rule.outcomes - set(allowed))):
            yield (section, name), f"{', '.join(strange)} is none of: {', '.join(allowed)}"


def _scope_faults(mapping: Mapping, dataset: Dataset) -> Iterator[tuple[_Place, str]]:
    part = mapping.scope_part
    if part is None:
        return
    if dataset.scope != "store_day":
        replaced = dataset.scope.replace("_", " ")
        yield (
            ("scope_part",),
            f"only store-days have parts; {dataset.name} is replaced by {replaced}",
        )
    if part.column and part.column not in mapping.rules:
        yield ("scope_part", "column"), f"no rule gives {part.column}"
    if part.file and part.file not in mapping.groups:
        yield ("scope_part", "file"), _no_group(part.file)


def _file_faults(mapping: Mapping) -> Iterator[tuple[_Place, str]]:
    if "is_native" in mapping.model_fields_set:
        yield ("is_native",), "is not a key known here"
    if (told := mapping.exported_at) and told.file and told.file not in mapping.groups:
        yield ("exported_at", "file"), _no_group(told.file)
    if mapping.header is not None:
        for name in sorted(mapping.required_headers - set(mapping.header)):
            yield ("header",), f"does not list {name}, which a rule reads"
    if mapping.quote == mapping.delimiter:
        yield ("quote",), "cannot be the delimiter"


def _no_group(name: str) -> str:
    return f"the file pattern has no group (?P<{name}>…)"
